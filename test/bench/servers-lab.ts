/** The same servers by Convect and by real Heat, one after the other, in one project of the lab. */
import { logIn } from '../../cli/client.ts';
import { Lab } from '../e2e/lab.ts';
import { Steps } from '../e2e/steps.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { LabCalls } from './lab-calls.ts';
import { type Life, lifeOf, type ServersCase } from './servers.ts';

/** Convect's life of them, then real Heat's. @throws Error where the lab is not up or a stack fails. */
export async function onLab(
  of: ServersCase,
  say: (line: string) => void,
  started: (child: AllInOneChild) => void,
): Promise<readonly [Life, Life]> {
  const steps = new Steps(of.name, say);
  const lab = await Lab.open(steps);
  if (lab === undefined) throw new Error('the lab cannot be used');
  try {
    const child = await AllInOneChild.start({ ephemeral: false, cloud: lab.cloud });
    started(child);
    try {
      const ours = await child.logIn();
      const { keystoneUrl, servicesRegion: region, user, password } = lab.cloud;
      const theirs = await logIn({ keystoneUrl, user, password, project: user, region });
      const calls = new LabCalls(lab.projectId);
      const convect = await lifeOf('Convect', ours, of.servers, () => calls.take());
      const heat = await lifeOf('real Heat', theirs, of.servers, () => calls.take());
      return [convect, heat];
    } finally {
      await child.remove();
    }
  } finally {
    await lab.close();
  }
}
