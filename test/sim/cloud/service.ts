/**
 * The cloud of one run: the machine, its books, its trusts, and what its users' neighbours do.
 *
 * A request takes effect in one instant, for whoever its credential stands for. Beside it another user of the same
 * project may make something that looks just like what was asked for: services' filters then find both.
 */
import type { CloudAnswer, CloudCall } from '../../../engine/kernel/world.ts';
import type { Fields } from '../../cloud/service.ts';
import type { SimDice } from '../dice.ts';
import type { Faults } from '../faults.ts';
import type { Checks } from '../invariants/checks.ts';
import type { Links } from '../links.ts';
import type { Scheduler } from '../scheduler.ts';
import { Trusts } from './credentials.ts';
import { kindOfPath, type Lore, type Place, type Row, strictLore } from './kinds.ts';
import { type CloudThing, Ledger } from './ledger.ts';
import { Machine, type Request, type Who } from './machine.ts';
import { markIn, markOfText, shouted } from './marks.ts';

/** Faults that a stack may fail for: the engine gives up after a few of a sort. */
export interface Grudge {
  /** Conflicts and refused connections, by what they hit. */
  readonly conflicts: Map<string, number>;
  /** Things of it that went to `error`, and conflicts where none is tried again. */
  errors: number;
}

/** Whose call it is. */
export interface Caller {
  readonly who: Who;
  /** The stack's id; undefined for a call with a user's own token. */
  readonly stack: string | undefined;
}

interface Around {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly links: Links;
  readonly checks: Checks;
}

/** How others make a thing of such a type. */
const strange: Readonly<Record<string, readonly [service: string, path: string, key: string]>> = {
  'Sim::Cloud::Thing': ['sim', '/things', 'thing'],
  'OS::Neutron::Net': ['network', '/v2.0/networks', 'network'],
  'OS::Neutron::SecurityGroup': ['network', '/v2.0/security-groups', 'security_group'],
};

function raise(type: string): never {
  throw new Error(`who has a ${type}?`);
}

const delays = {
  buildMs: [0, 500, 3_000, 9_000],
  deleteMs: [0, 300, 2_000],
  actionMs: [0, 300, 2_000],
  volumeMs: [0, 300, 2_500],
  importMs: [0, 500, 2_000],
} as const;

export class SimService {
  readonly machine: Machine;
  readonly ledger: Ledger;
  readonly trusts: Trusts;
  /** Things that others have, for stacks to watch: by id, as they came. */
  readonly strangers = new Map<string, Row>();
  /** By stack id. */
  readonly grudges = new Map<string, Grudge>();
  readonly around: Around;
  readonly dice: SimDice;
  private readonly place: Place;
  private readonly lore: Lore;

  constructor(around: Around, dice: SimDice, lore = strictLore) {
    this.around = around;
    this.lore = lore;
    this.ledger = new Ledger(lore);
    this.dice = dice;
    const { scheduler } = around;
    const drawn = Object.fromEntries(Object.entries(delays).map(([name, some]) => [name, dice.pick(some)]));
    this.machine = new Machine(dice.fork('machine'), drawn as Record<keyof typeof delays, number>, () => scheduler.now);
    this.ledger.furnish(this.machine.furniture.entry);
    this.trusts = new Trusts(this.machine);
    this.machine.observe(entry => this.ledger.append(entry));
    this.place = this.furnishOthers();
    const tell = (thing: CloudThing, what: string) => {
      scheduler.fold(what, -1);
      scheduler.note(
        () => `cloud: ${thing.kind.name} ${thing.id.slice(0, 6)} of ${thing.owner} ${thing.mark?.mark ?? ''} ${what}`,
      );
    };
    this.ledger.listeners.push({
      came: thing => tell(thing, 'created'),
      went: thing => tell(thing, 'deleted'),
      changed: () => undefined,
      tied: (thing, tie) => tell(thing, tie.split(' ')[0] ?? ''),
    });
  }

  grudge(stack: string): Grudge {
    const known = this.grudges.get(stack);
    if (known !== undefined) return known;
    const fresh: Grudge = { conflicts: new Map(), errors: 0 };
    this.grudges.set(stack, fresh);
    return fresh;
  }

  /** Who calls with this credential; undefined once it is over. */
  caller(credential: string): Caller | undefined {
    const who = this.trusts.who(credential);
    return who && { who, stack: this.trusts.stackOf(credential) };
  }

  /** The request takes effect now. */
  effect(caller: Caller, call: CloudCall): CloudAnswer {
    const { faults } = this.around;
    const kind = this.lore.ofPost(call.service, call.method, call.path);
    const mark = markOfText(call.body);
    if (kind?.twin !== undefined && mark !== undefined && faults.roll('cloud-twin')) {
      const body = kind.twin(JSON.parse(shouted(call.body ?? '', mark)) as Fields, this.place);
      if (body !== undefined) this.others({ ...call, body: JSON.stringify(body) });
    }
    const doomed = kind?.doomable === true && faults.roll('cloud-build-error');
    const answer = this.as('us', () => this.machine.request(caller.who, call, doomed));
    if (doomed && answer.status < 300) this.blame(caller.stack);
    if (answer.status === 409) this.conflict(caller.stack, call);
    // Another foot stands where this one shall be, and has not gone yet; or the foot that leads to a port went.
    if (answer.status === 400 && call.path.endsWith('/add_router_interface')) this.blame(caller.stack);
    if (answer.status === 404 && answer.body.includes('is not reachable from subnet')) this.blame(caller.stack);
    // The subnet went that a server in its network needs and does not name.
    if (answer.status === 400 && answer.body.includes('requires a subnet')) this.blame(caller.stack);
    // An older subnet of the same range waits for its users to move.
    if (answer.status === 400 && answer.body.includes('overlaps with another subnet')) this.blame(caller.stack);
    return answer;
  }

  /** Another user of the same project asks. Refused, it is as if nobody had. */
  others(call: Request): CloudAnswer {
    const { userId, projectId, userToken } = this.machine.furniture;
    const roles = ['admin', 'member', 'reader'];
    const asker = { userId: call.service === 'identity' ? userId : 'others', projectId, roles };
    return this.as('others', () => this.machine.request({ asker, token: userToken }, call));
  }

  /** Somebody else has a new thing, of one of the types that can be adopted. @returns its id */
  stranger(type: string): string {
    const [service, path, key] = strange[type] ?? raise(type);
    const body = JSON.stringify({ [key]: { name: 'theirs', ...(service === 'sim' ? { mark: 'theirs' } : {}) } });
    const answer = this.others({ service, method: 'POST', path, body });
    const id = (JSON.parse(answer.body) as Readonly<Record<string, { readonly id: string } | undefined>>)[key]?.id;
    const thing = this.ledger.things.get(id ?? '');
    if (thing === undefined) throw new Error(`others make a ${type}: ${answer.body}`);
    this.strangers.set(thing.id, thing.item);
    return thing.id;
  }

  /** A conflict or refused connection that a stack's call met. */
  conflict(stack: string | undefined, call: CloudCall): void {
    if (stack === undefined) return;
    const { conflicts } = this.grudge(stack);
    const what = this.concerned(call);
    conflicts.set(what, (conflicts.get(what) ?? 0) + 1);
    if (kindOfPath(call.service, call.path)?.brittle) this.blame(stack);
  }

  private blame(stack: string | undefined): void {
    if (stack !== undefined) this.grudge(stack).errors++;
  }

  /** The resource that a call is about, as far as can be seen; else where it goes. */
  private concerned({ path, body }: CloudCall): string {
    const mark = markOfText(body);
    if (mark !== undefined) return markIn([mark])?.resource ?? mark;
    for (const word of `${path} ${body ?? ''}`.match(/[0-9a-f-]{32,36}/g) ?? []) {
      const thing = this.ledger.things.get(word);
      if (thing?.mark !== undefined) return thing.mark.resource;
    }
    return path;
  }

  private as<T>(who: 'us' | 'others', run: () => T): T {
    this.ledger.asking = who;
    try {
      return run();
    } finally {
      this.ledger.asking = 'due';
    }
  }

  /** A network with a range, and a group, where look-alikes are in nobody's way. */
  private furnishOthers(): Place {
    const make = (key: string, path: string, fields: Fields): string => {
      const body = JSON.stringify({ [key]: fields });
      const answer = this.others({ service: 'network', method: 'POST', path, body });
      const made = (JSON.parse(answer.body) as Readonly<Record<string, { readonly id: string }>>)[key];
      if (made === undefined) throw new Error(`others make a ${key}: ${answer.body}`);
      return made.id;
    };
    const network = make('network', '/v2.0/networks', { name: 'theirs' });
    make('subnet', '/v2.0/subnets', { network_id: network, ip_version: 4, cidr: '192.168.0.0/16' });
    return { network, group: make('security_group', '/v2.0/security-groups', { name: 'theirs' }) };
  }
}
