import { describe, expect, it } from 'vitest';
import { fillIn } from './config-environment.ts';

describe('variables of a configuration', () => {
  it('are filled in wherever a text is', () => {
    const document = { node: '${HOST}-${N}', etcd: { hosts: ['${HOST}:2379'] }, n: 1, flag: true, none: null };
    expect(fillIn(document, { HOST: 'h', N: '3' })).toEqual({
      document: { node: 'h-3', etcd: { hosts: ['h:2379'] }, n: 1, flag: true, none: null },
      missing: [],
    });
  });

  it('that are not set, or empty, are said with their place', () => {
    expect(fillIn({ etcd: { hosts: ['${A}', '${B}'] } }, { B: '' }).missing).toEqual([
      'etcd.hosts.0 names ${A}, which is not set',
      'etcd.hosts.1 names ${B}, which is not set',
    ]);
  });

  it('are values, never syntax, and not looked at again', () => {
    expect(fillIn({ a: '${A}' }, { A: 'x: [${A}' }).document).toEqual({ a: 'x: [${A}' });
  });

  it('can be written as they are', () => {
    expect(fillIn({ a: '$${A} $A ${a-b} $' }, {})).toEqual({ document: { a: '${A} $A ${a-b} $' }, missing: [] });
  });
});
