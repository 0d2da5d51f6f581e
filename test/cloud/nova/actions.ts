/** POST /servers/{id}/action: from which state, through which, to which. */
import { blank } from '../glance/glance.ts';
import { type Fields, isAdmin, isFields, type Reply } from '../service.ts';
import { adminOnly, changed, type Desk, serverOf } from './desk.ts';
import { refuse } from './errors.ts';
import type { Server, VmState } from './state.ts';
import { serverView } from './views.ts';

type Action = (desk: Desk, server: Server, given: Fields) => Reply;

interface Move {
  /** As messages name it. */
  readonly name: string;
  readonly from: readonly VmState[];
  readonly task: string;
  readonly to: VmState;
  readonly status?: number;
}

const moves: Readonly<Record<string, Move>> = {
  'os-stop': { name: 'stop', from: ['active', 'error'], task: 'powering-off', to: 'stopped' },
  'os-start': { name: 'start', from: ['stopped'], task: 'powering-on', to: 'active' },
  suspend: { name: 'suspend', from: ['active'], task: 'suspending', to: 'suspended' },
  resume: { name: 'resume', from: ['suspended'], task: 'resuming', to: 'active' },
  pause: { name: 'pause', from: ['active'], task: 'pausing', to: 'paused' },
  unpause: { name: 'unpause', from: ['paused'], task: 'unpausing', to: 'active' },
  shelve: {
    name: 'shelve',
    from: ['active', 'stopped', 'paused', 'suspended'],
    task: 'shelving',
    to: 'shelved_offloaded',
  },
  unshelve: { name: 'unshelve', from: ['shelved_offloaded'], task: 'unshelving', to: 'active' },
  unrescue: { name: 'unrescue', from: ['rescued'], task: 'unrescuing', to: 'active' },
};

const actions: Readonly<Record<string, Action>> = {
  ...Object.fromEntries(Object.entries(moves).map(([name, move]) => [name, moving(move)])),
  reboot,
  rescue: (desk, server, given) => {
    const move: Move = { name: 'rescue', from: ['active', 'stopped', 'error'], task: 'rescuing', to: 'rescued' };
    begin(desk, server, move);
    const { adminPass } = given;
    return { status: 200, body: { adminPass: typeof adminPass === 'string' ? adminPass : 'sandbox' } };
  },
  resize,
  confirmResize: (desk, server) => {
    if (server.state !== 'resized') throw refuse.state('confirmResize', server.id, 'vm_state', server.state);
    changed(desk, server, { state: 'active', task: null, oldFlavor: undefined, due: undefined }, desk.ask.now);
    return { status: 204 };
  },
  revertResize: (desk, server) => {
    if (server.state !== 'resized') throw refuse.state('revertResize', server.id, 'vm_state', server.state);
    const due = { at: desk.ask.now + desk.delays.actionMs, what: 'settled' as const, state: 'active' as const };
    const flavor = server.oldFlavor ?? server.flavor;
    changed(desk, server, { flavor, oldFlavor: undefined, task: 'resize_reverting', due }, desk.ask.now);
    return { status: 202 };
  },
  rebuild,
  changePassword: (_desk, server, given) => {
    if (server.state !== 'active') throw refuse.state('changePassword', server.id, 'vm_state', server.state);
    if (typeof given['adminPass'] !== 'string') throw refuse.badRequest('No adminPass was specified');
    return { status: 202 };
  },
  createImage,
  lock: (desk, server) => locked(desk, server, true),
  unlock: (desk, server) => locked(desk, server, false),
  forceDelete: (desk, server) => {
    const due = { at: desk.ask.now + desk.delays.deleteMs, what: 'gone' as const };
    changed(desk, server, { task: 'deleting', due }, desk.ask.now);
    return { status: 202 };
  },
  'os-resetState': (desk, server, given) => {
    adminOnly(desk, 'os_compute_api:os-admin-actions:reset_state');
    const state = given['state'] === 'active' ? ('active' as const) : ('error' as const);
    changed(desk, server, { state, task: null }, desk.ask.now);
    return { status: 202 };
  },
  'os-getConsoleOutput': (_desk, _server, given) => {
    const lines = ['FAKE CONSOLE OUTPUT', 'ANOTHER', 'LAST LINE'];
    const wanted = given['length'];
    return { status: 200, body: { output: lines.slice(wanted === undefined ? 0 : -Number(wanted)).join('\n') } };
  },
  'os-getVNCConsole': (_desk, _server, given) => {
    throw refuse.badRequest(`Unavailable console type ${String(given['type'])}.`);
  },
};

export function act(desk: Desk, id: string): Reply {
  const { body } = desk.ask;
  const [name = ''] = isFields(body) ? Object.keys(body) : [];
  const action = actions[name];
  if (!isFields(body) || action === undefined) throw refuse.badRequest(`There is no such action: ${name}`);
  const server = serverOf(desk, id);
  if (server.locked && name !== 'unlock' && !isAdmin(desk.ask.asker)) throw refuse.conflict(`Instance ${id} is locked`);
  const given = body[name];
  return action(desk, server, isFields(given) ? given : {});
}

function begin(desk: Desk, server: Server, { name, from, task, to }: Move, change: Partial<Server> = {}): void {
  if (!from.includes(server.state)) throw refuse.state(name, server.id, 'vm_state', server.state);
  if (server.task !== null) throw refuse.state(name, server.id, 'task_state', server.task);
  const due = { at: desk.ask.now + desk.delays.actionMs, what: 'settled' as const, state: to };
  changed(desk, server, { ...change, task, due }, desk.ask.now);
}

function moving(move: Move): Action {
  return (desk, server) => {
    begin(desk, server, move);
    return { status: move.status ?? 202 };
  };
}

function reboot(desk: Desk, server: Server, given: Fields): Reply {
  const { type } = given;
  if (type !== 'SOFT' && type !== 'HARD') {
    throw refuse.badRequest(
      `Invalid input for field/attribute type. Value: ${String(type)}. '${String(type)}' is not one of ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']`,
    );
  }
  const hard = type === 'HARD';
  const from: VmState[] = hard ? ['active', 'stopped', 'paused', 'suspended', 'error'] : ['active'];
  begin(desk, server, { name: 'reboot', from, task: hard ? 'rebooting_hard' : 'rebooting', to: 'active' });
  return { status: 202 };
}

function resize(desk: Desk, server: Server, given: Fields): Reply {
  const id = String(given['flavorRef'] ?? '');
  const flavor = desk.tables.flavors.get(id);
  if (flavor === undefined) throw refuse.badRequest(`Flavor ${id} could not be found.`);
  if (flavor.id === server.flavor.id) throw refuse.badRequest('When resizing, instances must change flavor!');
  const move: Move = { name: 'resize', from: ['active', 'stopped'], task: 'resize_prep', to: 'resized' };
  begin(desk, server, move, { flavor, oldFlavor: server.flavor });
  return { status: 202 };
}

function rebuild(desk: Desk, server: Server, given: Fields): Reply {
  const ref = String(given['imageRef'] ?? '');
  if (desk.images.image(ref) === undefined) throw refuse.badRequest('Cannot find image for rebuild');
  const from: VmState[] = ['active', 'stopped', 'error'];
  const { name, metadata } = given;
  begin(
    desk,
    server,
    { name: 'rebuild', from, task: 'rebuilding', to: server.state === 'stopped' ? 'stopped' : 'active' },
    {
      imageId: ref,
      fault: undefined,
      ...(typeof name === 'string' && { name }),
      ...(isFields(metadata) && { metadata: metadata as Server['metadata'] }),
    },
  );
  const shown = serverView(desk, desk.tables.servers.get(server.id) ?? server, { brief: desk.minor < 75 });
  const adminPass = typeof given['adminPass'] === 'string' ? given['adminPass'] : 'sandbox';
  return {
    status: 202,
    body: { server: { ...shown, adminPass } },
    headers: { location: `${desk.ask.base}/v2.1/servers/${server.id}` },
  };
}

/** The image is there and queued when the answer comes, and active when it would have been uploaded. */
function createImage(desk: Desk, server: Server, given: Fields): Reply {
  const { name } = given;
  if (typeof name !== 'string')
    throw refuse.badRequest("Invalid input for field/attribute createImage. 'name' is a required property");
  if (!['active', 'stopped', 'paused', 'suspended'].includes(server.state)) {
    throw refuse.state('createImage', server.id, 'vm_state', server.state);
  }
  const { ask } = desk;
  const id = ask.newId();
  desk.images.add({
    ...blank(id, desk.projectId, ask.now),
    name,
    visibility: 'private',
    diskFormat: 'raw',
    containerFormat: 'bare',
    extra: { instance_uuid: server.id, base_image_ref: server.imageId, image_type: 'snapshot', user_id: server.userId },
    status: 'queued',
    importedAt: ask.now + desk.delays.actionMs,
  });
  const headers = { location: `${ask.base}/images/${id}` };
  return desk.minor >= 45 ? { status: 202, body: { image_id: id } } : { status: 202, headers };
}

function locked(desk: Desk, server: Server, wanted: boolean): Reply {
  changed(desk, server, { locked: wanted }, desk.ask.now);
  return { status: 202 };
}
