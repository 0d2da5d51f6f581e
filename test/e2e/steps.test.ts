import { expect as want, it } from 'vitest';
import { run } from '../support/command.ts';
import { expect, expectRun, Steps } from './steps.ts';

function steps() {
  const written: string[] = [];
  return { written, steps: new Steps('trial', line => void written.push(line)) };
}

it('counts what passed and what failed, goes on after a failure, and ends with the fixed line', async () => {
  const { written, steps: trial } = steps();
  want(await trial.step('one', async () => 1)).toBe(1);
  want(await trial.step('two', async () => Promise.reject(new Error('why', { cause: new Error('because') })))).toBe(
    undefined,
  );
  want(await trial.step('three', async () => expect(false, 'it rains', '  the sky is blue'))).toBe(undefined);
  want(trial.line).toBe('e2e: trial 1 steps passed, 2 failed');
  want(written[0]).toMatch(/^ {2}✓ one \(\d\.\d s\)$/);
  want(written[1]).toContain('why');
  want(written[1]).toContain('because: because');
  want(written[2]).toContain('expected: it rains\n  the sky is blue');
});

it('shows command, status and both outputs when a command did not do as expected', async () => {
  const ran = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
  want(() => expectRun(ran, { status: 'success' })).toThrow(/exit status 0[\s\S]*exit: 3[\s\S]*out[\s\S]*err/);
  want(() => expectRun(ran, { status: 'failure', says: ['out', /^err$/m] })).not.toThrow();
  want(() => expectRun(ran, { status: 'failure', says: ['inn'] })).toThrow('it says inn');
  want(() => expectRun(ran, { status: 'failure', saysNot: [/o.t/] })).toThrow('it does not say /o.t/');
});

it('gives a command only the environment that it was given', async () => {
  process.env['CONVECT_TRIAL'] = 'leaked';
  try {
    const ran = await run('sh', ['-c', 'echo "$CONVECT_TRIAL$OS_USERNAME"'], { env: { OS_USERNAME: 'demo' } });
    want(ran.stdout).toBe('demo\n');
  } finally {
    delete process.env['CONVECT_TRIAL'];
  }
});

it('says 127 for a command that is not there, and ends one that takes too long', async () => {
  want((await run('no-such-command', [])).status).toBe(127);
  const slow = await run('sh', ['-c', 'sleep 30 & wait'], { timeoutMs: 200 });
  want(slow.status).toBe(124);
});
