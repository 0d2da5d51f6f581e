/** Address scopes: pools whose addresses are one of a kind among them. They have neither description nor times. */
import type { Router } from '../router.ts';
import type { Fields } from '../service.ts';
import { type Attributes, boolean, integer, oneOf, ownerOf, standard, text } from './attributes.ts';
import { crudRoutes } from './crud.ts';
import type { Desk } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import type { AddressScope } from './rows.ts';
import { dropShares } from './sharing.ts';

const attributes: Attributes = {
  id: standard['id'] ?? {},
  project_id: standard['project_id'] ?? {},
  tenant_id: standard['tenant_id'] ?? {},
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  shared: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean', admin: { unless: false } },
  ip_version: {
    post: true,
    required: true,
    check: (value, name) => oneOf(4, 6)(integer(value, name), name),
    filter: 'text',
    sort: true,
  },
};

export function addressScopeRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<AddressScope>(router, desk, {
    path: '/v2.0/address-scopes',
    listing: { collection: 'address_scopes', kind: 'address_scope', attributes },
    table: state.scopes,
    sees: desk.seesShared,
    create: (ask, fields) =>
      state.scopes.put({
        id: ask.newId(),
        project_id: ownerOf(ask, fields),
        name: String(fields['name']),
        shared: fields['shared'] === true,
        ip_version: fields['ip_version'] as 4 | 6,
      }),
    update(_ask, scope, fields) {
      if (scope.shared && fields['shared'] === false) {
        const message = `Unable to update address scope ${scope.id} : Shared address scope can't be unshared.`;
        throw new NeutronError(400, 'AddressScopeUpdateError', message);
      }
      return state.scopes.put({ ...scope, ...(fields as Partial<AddressScope>) });
    },
    remove(_ask, scope) {
      if (state.pools.all().some(pool => pool.address_scope_id === scope.id)) {
        throw refuse.conflict(
          'AddressScopeInUse',
          `Unable to complete operation on address scope ${scope.id}. ` +
            'There are one or more subnet pools in use on the address scope.',
        );
      }
      dropShares(state, scope.id);
    },
    view: (ask, scope): Fields => ({ ...scope, tenant_id: scope.project_id, shared: desk.isShared(ask, scope) }),
  });
}
