/** The five routes of a plain collection: what is the same for all of them. */
import type { Router } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import type { Table } from '../table.ts';
import { readCreate, readUpdate } from './attributes.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import type { Owned } from './rows.ts';

export interface Crud<T extends Owned> {
  /** e.g. `/v2.0/subnetpools`. */
  readonly path: string;
  readonly listing: Listing;
  readonly table: Table<T>;
  create(ask: Ask, fields: Fields): T;
  /** Absent: it cannot be changed. */
  update?(ask: Ask, row: T, fields: Fields): T;
  /** What goes with it, or why it cannot go; the row itself goes afterwards. */
  remove(ask: Ask, row: T): void;
  view(ask: Ask, row: T): Fields;
  /** Default: admins, and the project whose it is. */
  sees?(ask: Ask, row: T): boolean;
  /** Only admins make, change and remove it. */
  readonly admins?: true;
}

/** @throws NeutronError as the service checks: the body, who asks, then what is asked. */
export function crudRoutes<T extends Owned>(router: Router, desk: Desk, crud: Crud<T>): void {
  const { path, table, listing } = crud;
  const { kind, attributes } = listing;
  const sees = (ask: Ask, row: T): boolean => (crud.sees === undefined ? desk.sees(ask, row) : crud.sees(ask, row));
  const find = (ask: Ask, id: string): T => desk.find(ask, kind, table, id, sees);
  const shown = (ask: Ask, row: T): object => ({ [kind]: crud.view(ask, row) });
  const mayWrite = (ask: Ask, verb: string, row?: T): void => {
    if (crud.admins === true && !isAdmin(ask.asker)) throw refuse.policy(`rule:${verb}_${kind}`);
    if (row !== undefined) desk.mustOwn(ask, row, `${verb}_${kind}`);
  };
  router
    .on('POST', path, ask => {
      const fields = readCreate(ask, kind, attributes);
      mayWrite(ask, 'create');
      return { status: 201, body: shown(ask, crud.create(ask, fields)) };
    })
    .on('GET', path, ask => {
      const seen = table.filter(row => sees(ask, row));
      return listed(ask, listing, seen, row => crud.view(ask, row));
    })
    .on('GET', `${path}/:id`, (ask, { id = '' }) => {
      const row = crud.view(ask, find(ask, id));
      return { status: 200, body: { [kind]: onlyFields(row, ask.query) } };
    })
    .on('DELETE', `${path}/:id`, (ask, { id = '' }) => {
      const row = find(ask, id);
      mayWrite(ask, 'delete', row);
      crud.remove(ask, row);
      table.drop(row.id);
      return { status: 204 };
    });
  const { update } = crud;
  if (update === undefined) return;
  router.on('PUT', `${path}/:id`, (ask, { id = '' }) => {
    const row = find(ask, id);
    const fields = readUpdate(ask, kind, attributes);
    mayWrite(ask, 'update', row);
    return { status: 200, body: shown(ask, update(ask, row, fields)) };
  });
}
