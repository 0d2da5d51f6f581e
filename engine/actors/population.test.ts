import { expect, it } from 'vitest';
import { stackBehaviour } from '../orchestration/stack.ts';
import { unborn } from '../orchestration/stack-turn.ts';
import { createRegistry } from '../resources/registry.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { Behaviour } from './actor.ts';
import { Population } from './population.ts';

const behaviour = { kind: 'any' } as unknown as Behaviour<unknown>;
const address = (stack: string, id: string): Address => ({
  kind: 'any',
  stack: stack as Uuid,
  bucket: 0,
  id: id as Uuid,
});

it('whose a stack is is known while any of its actors is in memory', () => {
  const population = new Population();
  const [stack, other] = ['s' as Uuid, 't' as Uuid];
  const a = population.enter(address('s', 'a'), behaviour);
  const b = population.enter(address('s', 'b'), behaviour);
  population.belongs(stack, 'p');
  population.belongs(other, 'q'); // none of its actors is here
  expect([population.tenantOf(stack), population.tenantOf(other)]).toEqual(['p', undefined]);
  population.forget(a);
  expect(population.tenantOf(stack)).toBe('p');
  population.forget(b);
  expect(population.tenantOf(stack)).toBeUndefined();
});

it('a stack says whose it is by its project, once it has a row', () => {
  const { tenant } = stackBehaviour(createRegistry());
  expect(tenant?.(unborn)).toBeUndefined();
  expect(tenant?.({ ...unborn, record: { project: 'p' } as never })).toBe('p');
});
