import { expect, it } from 'vitest';
import { differences } from './compare.ts';
import type { Session } from './login.ts';
import { type Heard, Side } from './side.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A side whose ids begin at a number of its own and whose Neutron is on a port of its own. */
function sideOf(first: number, heard: Partial<Heard>): Side {
  const session = (n: number): Session => ({
    token: '',
    userId: id(n),
    projectId: id(n + 1),
    catalog: new Map([['network', `http://127.0.0.1:${9000 + first}`]]),
  });
  const side = new Side('side', `contract-run-${first}`, { admin: session(first), member: session(first + 2) });
  side.heard.push({
    what: 'network GET /v2.0/networks',
    status: 200,
    contentType: 'application/json',
    authenticate: '',
    body: {},
    ...heard,
  });
  return side;
}

const linesOf = (a: Partial<Heard>, b: Partial<Heard>): readonly string[] =>
  differences(sideOf(10, a), sideOf(50, b), 0).flatMap(({ lines }) => lines);

it('finds the same what differs by ids, times, addresses and the order of lists alone', () => {
  const bodyOf = (first: number, time: string, mac: string, ip: string): object => ({
    port: {
      id: id(first + 5),
      project_id: id(first + 3),
      name: `contract-run-${first}-port`,
      created_at: time,
      mac_address: mac,
      fixed_ips: [{ ip_address: ip }],
      revision_number: first,
      href: `http://127.0.0.1:${9000 + first}/v2.0/ports/${id(first + 5)}`,
    },
  });
  const one = bodyOf(10, '2026-11-21T10:00:00Z', 'fa:16:3e:00:00:01', '10.0.0.5');
  const other = bodyOf(50, '2027-01-01T00:00:59Z', 'fa:16:3e:ff:00:01', '10.0.9.1');
  expect(linesOf({ body: one }, { body: other })).toEqual([]);
  expect(linesOf({ body: { ids: [{ a: 1 }, { a: 2 }] } }, { body: { ids: [{ a: 2 }, { a: 1 }] } })).toEqual([]);
});

it.each([
  ['a status', { status: 404 }, { status: 409 }, '/status: 404 | 409'],
  ['a value', { body: { a: { b: 'x' } } }, { body: { a: { b: 'y' } } }, '/body/a/b: "x" | "y"'],
  ['a key that is missing', { body: { a: 1 } }, { body: { a: 1, b: null } }, '/body/b: not there | null'],
  ['a kind of value', { body: { a: 1 } }, { body: { a: '1' } }, '/body/a: 1 | "1"'],
  ['an item more', { body: [1] }, { body: [1, 2] }, '/body/1: not there | 2'],
  ['an object for a list', { body: { a: {} } }, { body: { a: [] } }, '/body/a: a list on one side only'],
  ['a content type', { contentType: 'text/html' }, {}, '/type: "text/html" | "application/json"'],
  [
    'a number that is null',
    { body: { revision_number: null } },
    { body: { revision_number: 3 } },
    '/body/revision_number: null | "<number>"',
  ],
])('sees %s', (_what, a, b, line) => {
  expect(linesOf(a, b)).toEqual([line]);
});

it('does not take one known thing for another', () => {
  // The admin's project on one side, the member's on the other.
  expect(linesOf({ body: { project: id(11) } }, { body: { project: id(53) } })).toEqual([
    '/body/project: "<project admin>" | "<project member>"',
  ]);
});

it('sees a call that only one side made', () => {
  const a = sideOf(10, {});
  const b = sideOf(50, {});
  b.heard.push({ what: 'network GET /more', status: 200, contentType: '', authenticate: '', body: '' });
  expect(differences(a, b, 0)).toHaveLength(1);
  expect(differences(a, b, 2)).toEqual([]);
});

it('compares the first part of a message that goes on to print a schema', () => {
  const message = (rest: string): Partial<Heard> => ({
    body: { message: `'name' is a required property\n\nFailed validating ${rest}` },
  });
  expect(linesOf(message('one'), message('other'))).toEqual([]);
  expect(linesOf(message('one'), { body: { message: "'id' is a required property" } })).toHaveLength(1);
});
