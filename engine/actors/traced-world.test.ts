import { expect, test } from 'vitest';
import { shapeOf } from './traced-world.ts';

test.each([
  ['/v2.0/ports', '/v2.0/ports'],
  ['/v2.0/ports?name=what-a-template-says', '/v2.0/ports'],
  ['/v2.0/networks/5c2a', '/v2.0/networks/{id}'],
  ['/servers/detail?name=x', '/servers/detail'],
  ['/servers/abc/action', '/servers/{id}/action'],
  ['/servers/abc/os-interface/def', '/servers/{id}/os-interface/{id}'],
  ['/os-keypairs/mine', '/os-keypairs/{id}'],
  ['/v2/images/abc/tags/mine', '/v2/images/{id}/tags/{id}'],
  ['/v2.0/routers/abc/add_router_interface', '/v2.0/routers/{id}/add_router_interface'],
  ['/v2.0/qos/policies/abc', '/v2.0/qos/policies/{id}'],
  ['/v3/OS-TRUST/trusts/abc', '/v3/OS-TRUST/trusts/{id}'],
  ['/v3/domains/d/users/u/roles/r', '/v3/domains/{id}/users/{id}/roles/{id}'],
])('%s is %s', (path, shape) => {
  expect(shapeOf({ path })).toBe(shape);
});
