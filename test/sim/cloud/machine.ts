/**
 * The simulator's cloud: the sandbox's OpenStack itself (test/cloud/compose.ts), in this process, with the simulator's
 * small service beside the others. Time, ids and random bytes are the run's; requests come in without HTTP, under the
 * paths that the sandbox's own catalog gives its services.
 *
 * Furniture is made once and replayed into each run's machine, as a sandbox that was killed is rebuilt from its journal.
 */
import { portsOf } from '../../../cli/ports.ts';
import type { CloudAnswer, CloudCall } from '../../../engine/kernel/world.ts';
import { type Composed, compose, type Delays } from '../../cloud/compose.ts';
import type { Entry } from '../../cloud/journal.ts';
import { services } from '../../cloud/keystone/catalog.ts';
import { sandboxPassword } from '../../cloud/keystone/seed.ts';
import type { Asker, Beginning, Reply } from '../../cloud/service.ts';
import { epochMs } from '../clock.ts';
import { SimDice } from '../dice.ts';
import { Things } from './things.ts';

export type Request = Pick<CloudCall, 'service' | 'method' | 'path' | 'body' | 'headers'>;

/** Who asks, as a token says. */
export interface Who {
  readonly asker: Asker;
  readonly token: string;
}

interface Furniture {
  readonly entry: Entry;
  readonly projectId: string;
  readonly userId: string;
  readonly serviceUserId: string;
  /** A token of the user whose stacks these are, and of the engine's own user. */
  readonly userToken: string;
  readonly serviceToken: string;
}

const catalog = services(portsOf(20_000));
/** The furniture's tokens outlive every run: an hour is shorter than some. */
const loginMs = epochMs + 86_400_000 * 365;

/** Of all runs. */
let furniture: Furniture | undefined;

export class Machine {
  readonly furniture: Furniture;
  private readonly composed: Composed;
  private readonly dice: SimDice;
  private readonly now: () => number;

  /** `now`: virtual milliseconds. */
  constructor(dice: SimDice, delays: Delays, now: () => number) {
    this.dice = dice;
    this.now = now;
    furniture ??= furnished();
    this.furniture = furniture;
    this.composed = composed(delays);
    this.composed.cloud.replay([furniture.entry]);
  }

  /** Called with what each request changed, and with what came due. */
  observe(append: (entry: Entry) => void): void {
    this.composed.cloud.recordTo({ append });
  }

  /** Lets happen what is due by now. */
  advance(): void {
    this.composed.cloud.advance(this.time());
  }

  /** Who bears the token; undefined when it is not good (any more). */
  who(token: string): Who | undefined {
    const asker = this.composed.keystone.authenticate(token, this.time());
    return asker && { asker, token };
  }

  /** A token by a trust, for the engine's user; undefined where the trust is gone. */
  trusted(trust: string): string | undefined {
    const { serviceToken } = this.furniture;
    return this.login(this.composed, {
      identity: { methods: ['token'], token: { id: serviceToken } },
      scope: { 'OS-TRUST:trust': { id: trust } },
    });
  }

  /** One request takes effect now. `doomed`: what it makes ends in error. */
  request({ asker, token }: Who, call: Request, doomed = false): CloudAnswer {
    return answerOf(this.reply(this.composed, asker, token, call, doomed));
  }

  /** An error in the service's own words. */
  problem(service: string, status: number, message: string): CloudAnswer {
    return answerOf(this.composed.cloud.service(service).problem(status, message));
  }

  private time(): number {
    return epochMs + Math.floor(this.now());
  }

  private login({ cloud }: Composed, auth: object): string | undefined {
    return tokenFrom(
      cloud.handle('identity', {
        ...beginning(this.dice, this.time()),
        ...plain,
        method: 'POST',
        path: '/v3/auth/tokens',
        body: { auth },
      }),
    );
  }

  private reply({ cloud }: Composed, asker: Asker, token: string, call: Request, doomed: boolean): Reply {
    const [path = '', query = ''] = call.path.split('?');
    const headers = Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    return cloud.handle(call.service, {
      ...beginning(this.dice, this.time()),
      asker,
      method: call.method,
      path: `${rootOf(call.service, asker.projectId)}${path}`,
      query: new URLSearchParams(query),
      headers: { ...(Object.fromEntries(headers) as Record<string, string>), 'x-auth-token': token },
      body: call.body === undefined ? undefined : (JSON.parse(call.body) as unknown),
      base: `http://${call.service}.test`,
      doomed,
    });
  }
}

const plain = {
  asker: { userId: '', projectId: undefined, roles: [] },
  query: new URLSearchParams('nocatalog'),
  headers: {},
  base: 'http://identity.test',
};

function beginning(dice: SimDice, now: number): Beginning {
  return { now, newId: () => dice.uuid(), bytes: n => dice.bytes(n) };
}

function composed(delays: Delays): Composed {
  return compose(catalog, delays, tables => [new Things(tables)]);
}

/** Where the service's paths begin. */
function rootOf(type: string, project: string | undefined): string {
  const url = catalog.find(service => service.type === type)?.endpoints[0]?.url;
  if (url === undefined) return '';
  return url.replaceAll('%(tenant_id)s', project ?? '').replace(/^http:\/\/[^/]+/, '');
}

function tokenFrom({ status, headers }: Reply): string | undefined {
  return status === 201 ? headers?.['x-subject-token'] : undefined;
}

function answerOf({ status, body }: Reply): CloudAnswer {
  if (body instanceof Uint8Array) return { status, body: Buffer.from(body).toString('latin1') };
  return { status, body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body) };
}

function furnished(): Furniture {
  const cloud = composed({ buildMs: 0, deleteMs: 0, actionMs: 0, volumeMs: 0, importMs: 0 });
  const dice = new SimDice('furniture');
  const { adminProjectId } = cloud.furnish(beginning(dice, epochMs));
  const login = (name: string, project: string): { readonly token: string; readonly asker: Asker } => {
    const domain = { id: 'default' };
    const token = tokenFrom(
      cloud.cloud.handle('identity', {
        ...beginning(dice, loginMs),
        ...plain,
        method: 'POST',
        path: '/v3/auth/tokens',
        body: {
          auth: {
            identity: { methods: ['password'], password: { user: { name, domain, password: sandboxPassword } } },
            scope: { project: { name: project, domain } },
          },
        },
      }),
    );
    const asker = token === undefined ? undefined : cloud.keystone.authenticate(token, epochMs);
    if (token === undefined || asker === undefined) throw new Error(`${name} can log in to a furnished cloud`);
    return { token, asker };
  };
  const [user, service] = [login('admin', 'admin'), login('heat', 'service')];
  return {
    entry: cloud.cloud.snapshot(),
    projectId: adminProjectId,
    userId: user.asker.userId,
    serviceUserId: service.asker.userId,
    userToken: user.token,
    serviceToken: service.token,
  };
}
