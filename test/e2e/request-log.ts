/** What the services were asked, from their own logs: the sandbox's memory of requests, or the lab's log files. */
import { portsOf } from '../../cli/ports.ts';
import type { AllInOneChild } from '../support/allinone.ts';
import { LabCalls } from '../bench/lab-calls.ts';

export interface Request {
  readonly service: string;
  readonly method: string;
  /** Below the service's version and project: `/servers/1a2b…`. */
  readonly path: string;
}

export interface RequestLog {
  /** All that came on behalf of the project since the last time, each service's in its order; without Keystone's. */
  take(): Promise<readonly Request[]>;
}

/** From now on. */
export async function requestLog(allInOne: AllInOneChild, projectId: string): Promise<RequestLog> {
  const log = allInOne.cloud === undefined ? sandboxLog(allInOne) : labLog(projectId);
  await log.take();
  return log;
}

function labLog(projectId: string): RequestLog {
  const calls = new LabCalls(projectId);
  return {
    async take() {
      return (await calls.takeEach()).map(asked);
    },
  };
}

function sandboxLog({ portBase }: AllInOneChild): RequestLog {
  const control = `http://127.0.0.1:${portsOf(portBase).keystone}/__calls`;
  return {
    async take() {
      const answer = await fetch(`${control}/latest`);
      if (!answer.ok) throw new Error(`${control} answered ${answer.status}`);
      const came = (await answer.json()) as readonly Request[];
      await fetch(control, { method: 'DELETE' });
      return came.filter(({ service }) => service !== 'identity').map(asked);
    },
  };
}

/** `/v2.1/servers?x`, `/v3/<project>/volumes` → `/servers`, `/volumes`. */
function asked({ service, method, path }: Request): Request {
  const bare = (path.split('?')[0] ?? '').replace(/^\/v\d+(\.\d+)?/, '').replace(/^\/[0-9a-f]{32}(?=\/|$)/, '');
  return { service, method, path: bare };
}
