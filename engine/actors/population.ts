import type { Address, Uuid } from '../kernel/ids.ts';
import { Activation } from './activation.ts';
import type { Behaviour } from './actor.ts';

/** The actors in memory, by id and by stack. */
export class Population {
  private readonly byId = new Map<Uuid, Activation>();
  private readonly byStack = new Map<Uuid, Set<Activation>>();
  private readonly tenants = new Map<Uuid, string>();

  get size(): number {
    return this.byId.size;
  }

  find(id: Uuid): Activation | undefined {
    return this.byId.get(id);
  }

  all(): readonly Activation[] {
    return [...this.byId.values()];
  }

  ofStack(stack: Uuid): readonly Activation[] {
    return [...(this.byStack.get(stack) ?? [])];
  }

  /** Whose a stack is; undefined while none of its actors here has said so. */
  tenantOf(stack: Uuid): string | undefined {
    return this.tenants.get(stack);
  }

  /** One of a stack's actors knows whose the stack is: all of them are, for as long as any is in memory. */
  belongs(stack: Uuid, tenant: string): void {
    if (this.byStack.has(stack)) this.tenants.set(stack, tenant);
  }

  enter(address: Address, behaviour: Behaviour<unknown>): Activation {
    const activation = new Activation(address, behaviour);
    this.byId.set(address.id, activation);
    const siblings = this.byStack.get(address.stack);
    if (siblings === undefined) this.byStack.set(address.stack, new Set([activation]));
    else siblings.add(activation);
    return activation;
  }

  /** Out of memory; whatever still points to it finds it dropped. */
  forget(activation: Activation): void {
    activation.drop();
    const { id, stack } = activation.address;
    if (this.byId.get(id) === activation) this.byId.delete(id);
    const siblings = this.byStack.get(stack);
    siblings?.delete(activation);
    if (siblings?.size !== 0) return;
    this.byStack.delete(stack);
    this.tenants.delete(stack);
  }

  forgetAll(): void {
    for (const activation of this.byId.values()) activation.drop();
    this.byId.clear();
    this.byStack.clear();
    this.tenants.clear();
  }
}
