/** README's first command, as a newcomer types it. */
import { isFree, portsOf } from '../../../cli/ports.ts';
import { run, transcript } from '../../support/command.ts';
import type { Scenario } from '../scenario.ts';
import { expect, expectRun } from '../steps.ts';

export const demo: Scenario = {
  name: 'demo',
  about: 'npm run demo -- --exit',
  kind: 'alone',
  async play(steps) {
    const ran = await steps.step('creates a stack, shows its outputs and ends', async () =>
      expectRun(await run('npm', ['run', 'demo', '--', '--exit'], { timeoutMs: 300_000 }), {
        status: 'success',
        says: [
          /^address: 172\.24\.\d+\.\d+$/m,
          /^inside: \{"web":"192\.168\.77\.\d+","worker":"192\.168\.77\.\d+"\}$/m,
          /^✓ attachment {2}OS::Cinder::VolumeAttachment {2}CREATE_COMPLETE$/m,
        ],
      }),
    );
    if (ran === undefined) return;
    await steps.step('ends with the line that its readers wait for', async () => {
      const last = ran.stdout.trimEnd().split('\n').at(-1) ?? '';
      expect(/^demo: \S+ CREATE_COMPLETE in \d+\.\d s$/.test(last), 'the last line of the doors', transcript(ran));
    });
    await steps.step('leaves nothing running', async () => {
      const base = Number(/ at http:\/\/127\.0\.0\.1:(\d+)/.exec(ran.stdout)?.[1]) - 4;
      const ports = portsOf(base);
      expect(await isFree(ports.native), `port ${ports.native} (native API) is free again`, transcript(ran));
      expect(await isFree(ports.keystone), `port ${ports.keystone} (Keystone) is free again`, transcript(ran));
    });
  },
};
