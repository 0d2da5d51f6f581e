/**
 * Which agents serve a network or a router (for administrators).
 *
 * An agent is added by `POST /v2.0/agents/<id>/<things>`, taken away by `DELETE …/<things>/<id>`. A second add is
 * refused with 409, a second removal with 404 or 409: then the list of the thing's agents says whether it holds. A
 * scheduler may have put a thing on agents that nobody named, so a change reads first which there are.
 */
import { listIn, textIn } from '../../kit/given.ts';
import type { Change, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { isMap, mapOf, type Value, type ValueList, type ValueMap } from '../../values/value.ts';
import { type Collection, service, settingStep } from './network.ts';

/** Agents of one kind. */
export interface Agents {
  /** What they serve. */
  readonly of: Collection;
  /** The property that names them. */
  readonly property: string;
  /** `dhcp` or `l3`. */
  readonly kind: string;
  /** Below an agent, e.g. `dhcp-networks`. */
  readonly path: string;
  /** e.g. `network_id`. */
  readonly key: string;
  /** Whether it may be on an old one and a new one at once; a router that is not highly available may not. */
  readonly together: boolean;
}

/** As many agents as a scheduler puts a thing on, at most. */
const scheduled = 3;

function named({ property }: Agents, properties: ValueMap): ValueList {
  return listIn(properties, property);
}

/** Adds those that the properties name to a thing that has none yet. */
export function addAgents(agents: Agents, properties: ValueMap): readonly Step[] {
  return named(agents, properties).map((agent, i) => addAgent(agents, agent, `${agents.kind}_agent_${i}`));
}

function addAgent({ of, path, key, kind }: Agents, agent: Value, name: string): Step {
  return settingStep({
    name,
    on: of,
    call: (_one, { physicalId }) => ({
      service,
      method: 'POST',
      path: `/v2.0/agents/${encodeURIComponent(String(agent))}/${path}`,
      body: writeJson(mapOf([[key, physicalId]])),
    }),
    holds: {
      look: one => ({ service, method: 'GET', path: `${one}/${kind}-agents` }),
      seen: answer => listsAgent(answer, agent),
    },
  });
}

/** Makes those that serve it the ones that are named now; nothing where they are the same. */
export function changeAgents(agents: Agents, change: Change): readonly Step[] {
  if (!change.changed.has(agents.property)) return [];
  const wanted = named(agents, change.after);
  const known = named(agents, change.before.properties);
  const slots = Math.max(known.length, scheduled);
  const added = wanted.filter(agent => !known.includes(agent));
  const drops = Array.from({ length: slots }, (_, i) => dropAgent(agents, i));
  const adds = added.map((agent, i) => addAgent(agents, agent, `add_agent_${i}`));
  return [readAgents(agents, wanted), ...(agents.together ? [...adds, ...drops] : [...drops, ...adds])];
}

const reading = 'agents';

/** Ids of the agents that serve it and are not wanted. */
function readAgents({ of, kind }: Agents, wanted: ValueList): Step {
  return readingStep({
    name: reading,
    call: input => ({
      service,
      method: 'GET',
      path: `${of.path}/${encodeURIComponent(thingOf(input, of.key).physicalId)}/${kind}-agents`,
    }),
    made: body => {
      const ids = thingsIn(body, 'agents').map(agent => agent.get('id') ?? null);
      return { physicalId: reading, data: mapOf([['stale', ids.filter(id => !wanted.includes(id))]]) };
    },
  });
}

/** Takes the i-th of them away; reads the thing where there are not so many. */
function dropAgent({ of, kind, path }: Agents, i: number): Step {
  const stale = (input: StepInput): string | undefined => {
    const id = listIn(thingOf(input, reading).data, 'stale')[i];
    return typeof id === 'string' ? id : undefined;
  };
  return settingStep({
    name: `drop_agent_${i}`,
    on: of,
    call(one, { physicalId }, input) {
      const agent = stale(input);
      if (agent === undefined) return { service, method: 'GET', path: one };
      const served = `${path}/${encodeURIComponent(physicalId)}`;
      return { service, method: 'DELETE', path: `/v2.0/agents/${encodeURIComponent(agent)}/${served}` };
    },
    holds: {
      look: one => ({ service, method: 'GET', path: `${one}/${kind}-agents` }),
      seen: (answer, _thing, input) => !listsAgent(answer, stale(input) ?? ''),
    },
  });
}

/** True where `{"agents": [{"id": …}]}` has it. */
function listsAgent(answer: Value, agent: Value): boolean {
  return isMap(answer) && listIn(answer, 'agents').some(one => isMap(one) && textIn(one, 'id') === agent);
}
