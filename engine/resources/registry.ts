/** All resource types by name; a new type is its file and its line here. */
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { isProviderName, providerType } from '../kit/provider.ts';
import type { Registry, ResourceType } from '../kit/resource.ts';
import { compareText } from '../values/json.ts';
import { absentTypes } from './absent.ts';
import { awsTypes } from './aws/types.ts';
import { cinderTypes } from './cinder/types.ts';
import { glanceTypes } from './glance/types.ts';
import { heatTypes } from './heat/types.ts';
import { keystoneTypes } from './keystone/types.ts';
import { neutronTypes } from './neutron/types.ts';
import { novaTypes } from './nova/types.ts';
import { tombstones } from './tombstones.ts';

const builtIn: readonly ResourceType[] = [
  ...awsTypes,
  ...cinderTypes,
  ...glanceTypes,
  ...heatTypes,
  ...keystoneTypes,
  ...neutronTypes,
  ...novaTypes,
  ...tombstones,
];

/** The product's types and `extra` ones (a user's plug-ins, the simulator's). Throws BrokenInvariant for a name taken. */
export function createRegistry(extra: readonly ResourceType[] = []): Registry {
  const types = new Map<string, ResourceType>();
  for (const type of [...builtIn, ...extra]) {
    invariant(!types.has(type.name), `two types are named ${type.name}`);
    types.set(type.name, type);
  }
  const names = Object.freeze([...types.keys()].sort(compareText));
  for (const type of absentTypes(new Set(names))) types.set(type.name, type);
  const providers = new Map<string, ResourceType>();
  const get = (name: string) => types.get(name) ?? (isProviderName(name) ? kept(providers, name) : undefined);
  return { get, names: () => names };
}

/** Types of templates are made of their names alone; those that are used over and over are not made each time. */
function kept(providers: Map<string, ResourceType>, name: string): ResourceType {
  const known = providers.get(name);
  if (known !== undefined) return known;
  if (providers.size >= limits.providersKept) providers.clear();
  const type = providerType(name);
  providers.set(name, type);
  return type;
}
