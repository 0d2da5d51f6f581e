/** The port of a server that a floating address is tied to: that of its first interface, by its first IPv4 address, as in Heat. */
import { parseAddress } from '../../template/addresses.ts';
import { mapIn, mapsIn, textIn } from '../../kit/given.ts';
import type { Readiness, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';

const name = 'interfaces';

/** Reads the server's interfaces; fails where it has none. */
export function nicStep(server: string): Step {
  const none = (body: Value): Readiness =>
    endsIn(body) === undefined
      ? { kind: 'failed', error: 'InterfaceNotFound', message: `No network interface found for server ${server}.` }
      : { kind: 'ready' };
  return readingStep({
    name,
    call: () => ({
      service: 'compute',
      method: 'GET',
      path: `/servers/${encodeURIComponent(server)}/os-interface`,
    }),
    made: body => ({ physicalId: name, data: mapOf([['ends', endsIn(body) ?? null]]) }),
    ready: none,
  });
}

/** What a floating address is tied to. */
function endsIn(body: Value): ValueMap | undefined {
  const [first] = thingsIn(body, 'interfaceAttachments');
  if (first === undefined) return undefined;
  const addresses = mapsIn(first, 'fixed_ips').map(ip => textIn(ip, 'ip_address') ?? '');
  const address = addresses.find(text => parseAddress(text)?.bits === 32);
  return mapOf([
    ['port_id', first.get('port_id') ?? null],
    ['fixed_ip_address', address ?? null],
  ]);
}

/** `port_id` and `fixed_ip_address`, once `nicStep` is done. */
export function nicOf(input: StepInput): ValueMap {
  return mapIn(thingOf(input, name).data, 'ends') ?? mapOf([['port_id', '{port}']]);
}
