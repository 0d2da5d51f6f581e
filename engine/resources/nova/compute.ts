/** What Nova's types have in common: calls with the API version that they need, and reading its answers. */
import type { CloudCall } from '../../kernel/world.ts';

/** Heat's: what a call without a need of its own asks for. */
export const baseVersion = '2.1';

/** A call to Nova. Each names its API version, since answers and what a body may hold depend on it. */
export function compute(method: CloudCall['method'], path: string, more: ComputeCall = {}): CloudCall {
  const { version = baseVersion, ...rest } = more;
  return {
    service: 'compute',
    method,
    path,
    headers: { 'OpenStack-API-Version': `compute ${version}` },
    ...rest,
  };
}

export interface ComputeCall extends Pick<CloudCall, 'body' | 'poll' | 'cacheMs'> {
  readonly version?: string;
}

/** The greater of two API versions of one major. */
export function later(a: string, b: string): string {
  const minor = (version: string) => Number(version.split('.')[1]);
  return minor(a) < minor(b) ? b : a;
}
