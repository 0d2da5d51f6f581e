/** Calls of EngineService (engine.ts) as proto/engine.proto carries them: which are commands, and whose stack they mean. */
import { isUuid, type Uuid } from '../engine/kernel/ids.ts';
import type { EngineService } from './engine.ts';
import type { Fault } from './fault.ts';

/** Commands go to the stack's owner, queries to any node. A method that is missing here does not compile. */
const methods = {
  createStack: 'command',
  deleteStack: 'command',
  updateStack: 'command',
  actOn: 'command',
  markResource: 'command',
  signalResource: 'command',
  resetStack: 'command',
  wakeStack: 'command',
  locate: 'query',
  listStacks: 'query',
  showStack: 'query',
  template: 'query',
  environment: 'query',
  files: 'query',
  outputs: 'query',
  output: 'query',
  listResources: 'query',
  showResource: 'query',
  resourceMetadata: 'query',
  listEvents: 'query',
  showEvent: 'query',
  why: 'query',
  createConfig: 'query',
  deleteConfig: 'query',
  listConfigs: 'query',
  showConfig: 'query',
  listTypes: 'query',
  typeSchema: 'query',
  typeTemplate: 'query',
  templateVersions: 'query',
  templateFunctions: 'query',
  validateTemplate: 'query',
  previewStack: 'query',
  previewUpdate: 'query',
  listServices: 'query',
  listParked: 'query',
  listDebts: 'query',
  listOrphans: 'query',
  removeOrphan: 'query',
} as const satisfies Readonly<Record<keyof EngineService, 'command' | 'query'>>;

export type Method = keyof EngineService;

export const allMethods = Object.keys(methods) as readonly Method[];

export function isCommand(method: string): method is Method {
  return Object.hasOwn(methods, method) && methods[method as Method] === 'command';
}

export function isQuery(method: string): method is Method {
  return Object.hasOwn(methods, method) && methods[method as Method] === 'query';
}

/** The stack that a command is about: the second argument's id; for a new one, the id that it was given. */
export function stackOf(method: string, given: readonly unknown[]): Uuid | undefined {
  if (!isCommand(method)) return undefined;
  const about = given[1];
  const id = typeof about === 'object' && about !== null && 'id' in about ? about.id : undefined;
  return typeof id === 'string' && isUuid(id) ? id : undefined;
}

export interface Call {
  readonly method: string;
  /** A list (text.ts). */
  readonly arguments: string;
  readonly forward: boolean;
  readonly speaksMin: number;
  readonly speaksMax: number;
}

/** One member is there. */
export interface Outcome {
  readonly result?: string;
  readonly fault?: Fault;
  readonly notOwner?: { readonly owner?: string };
}

export interface Piece {
  readonly result?: Uint8Array;
  readonly fault?: Fault;
}
