import { expect, it } from 'vitest';
import type { NodeId } from '../kernel/ids.ts';
import type { Directory, MemberFacts } from '../kernel/world.ts';
import { refusalElsewhere } from '../orchestration/elsewhere.ts';
import { memberValue, readMember } from './etcd/copy.ts';
import { watchPlugins } from './plugins.ts';

const one = 'one' as NodeId;
const two = 'two' as NodeId;

function directoryOf(plugins: Map<NodeId, MemberFacts['plugins']>): { directory: Directory; changed(): void } {
  let listener = (): void => undefined;
  const directory: Partial<Directory> = {
    me: one,
    members: () => [...plugins.keys()],
    about: node => ({ address: '', since: undefined, plugins: plugins.get(node) }),
    onChange: fn => {
      listener = fn;
      return () => undefined;
    },
  };
  return { directory: directory as Directory, changed: () => listener() };
}

it('a member says which plug-ins it has', () => {
  const member = { address: 'a:1', speaks: [1, 1], isLeaving: false, since: 5, plugins: { 'A::B': 'd1' } } as const;
  expect(readMember(memberValue(member))).toEqual(member);
  const { plugins: _, ...without } = member;
  expect(memberValue({ ...without, plugins: {} })).toBe(memberValue(without));
  expect(readMember('{"address":"a:1","speaks":[1,1],"plugins":7}')?.plugins).toBeUndefined();
});

it('members that differ are told of once, and when they agree', () => {
  const plugins = new Map<NodeId, MemberFacts['plugins']>([
    [one, { 'A::B': 'd1' }],
    [two, { 'A::B': 'd1' }],
  ]);
  const { directory, changed } = directoryOf(plugins);
  const log: string[] = [];
  watchPlugins(directory, {
    write: (level, event, fields) => log.push(`${level} ${event} ${Object.values(fields ?? {}).join(' ')}`),
  });
  plugins.set(two, { 'A::B': 'd2', 'A::C': 'd1' });
  changed();
  changed();
  plugins.set(two, undefined);
  changed();
  plugins.set(two, { 'A::B': 'd1' });
  changed();
  expect(log).toEqual([
    'warn plugins-differ two has another A::B, has A::C, which is not here',
    'warn plugins-differ two lacks A::B',
    'info plugins-agree two',
  ]);
});

it('a type that another engine lacks is refused; ours are not asked about', () => {
  const { directory } = directoryOf(
    new Map([
      [one, { 'A::B': 'd1' }],
      [two, {}],
    ]),
  );
  expect(refusalElsewhere(directory, ['OS::Heat::None'])).toBeUndefined();
  const refusal = refusalElsewhere(directory, ['OS::Heat::None', 'A::B']);
  expect([refusal?.status, refusal?.message]).toEqual([
    503,
    'The resource type A::B is a plug-in that the engine two does not have; all engines need it.',
  ]);
  expect(refusalElsewhere({ ...directory, members: () => [one] }, ['A::B'])).toBeUndefined();
});
