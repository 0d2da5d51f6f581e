/** Which version of an API a request asks for: `OpenStack-API-Version: compute 2.90`, or a service's older header. */
import { Refusal, type Reply } from './service.ts';

export interface Versions {
  /** As the header names the service: `compute`, `volume`. */
  readonly service: string;
  /** The older header, in lower case: `x-openstack-nova-api-version`. */
  readonly legacyHeader?: string;
  readonly major: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The minor version that a request asks for; the smallest one where it says nothing.
 *
 * @throws Refusal 400 for what is no version, 406 for one that is not supported; `problem` words it.
 */
export function minorOf(
  { service, legacyHeader, major, min, max }: Versions,
  headers: Readonly<Record<string, string | undefined>>,
  problem: (status: number, message: string) => Reply,
): number {
  const asked = (headers['openstack-api-version'] ?? '').split(',').map(one => one.trim().split(/\s+/));
  const legacy = legacyHeader === undefined ? undefined : headers[legacyHeader];
  const version = asked.find(([name]) => name === service)?.[1] ?? legacy;
  if (version === undefined || version === '') return min;
  if (version === 'latest') return max;
  const [, first = '', second = ''] = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(version) ?? [];
  const refused = (status: number, message: string): Refusal => new Refusal(problem(status, message), message);
  if (first === '') {
    throw refused(400, `API Version String ${version} is of invalid format. Must be of format MajorNum.MinorNum.`);
  }
  if (Number(first) !== major || Number(second) < min || Number(second) > max) {
    const range = `Minimum is ${major}.${min} and maximum is ${major}.${max}.`;
    throw refused(406, `Version ${version} is not supported by the API. ${range}`);
  }
  return Number(second);
}
