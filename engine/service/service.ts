/**
 * What gateways ask of an engine node (proto/engine.ts): commands go to the stack's owner, queries are indexed reads
 * of committed rows through this node, whoever owns the stack. No actor wakes for a query.
 */
import type { World } from '../actors/world.ts';
import type { Registry } from '../kit/resource.ts';
import { knownExtensions } from '../orchestration/asking.ts';
import { markedCollections } from '../resources/collections.ts';
import type { EngineService } from '../../proto/engine.ts';
import { credentialOf, liveStackOf, locate, stackOf } from './access.ts';
import { listDebts, listParked, listServices, resetStack, wakeStack } from './admin.ts';
import { withoutOutages } from './available.ts';
import { actOn, createStack, deleteStack, markResource, type Owner, updateStack } from './commands.ts';
import { createConfig, deleteConfig, listConfigs, showConfig } from './configs.ts';
import { listEvents, showEvent } from './events.ts';
import { listOrphans, removeOrphan } from './orphans.ts';
import { outputKeys, outputOf } from './outputs.ts';
import { previewUpdate } from './preview-update.ts';
import { listResources, resourceMetadata, showResource } from './resources.ts';
import { signalResource } from './signals.ts';
import { environmentOf, filesOf, listStacks, showStack, templateOf } from './stacks.ts';
import { previewStack, templateFunctions, templateVersions, validateTemplate } from './templates.ts';
import { listTypes, typeSchema, typeTemplate } from './types.ts';
import { why } from './why.ts';

/** The service of one node. */
export function createEngineService(world: World, owner: Owner, registry: Registry): EngineService {
  return withoutOutages({
    createStack: (caller, request) => createStack(world, owner, caller, request),
    deleteStack: (caller, stack) => deleteStack(world, owner, caller, stack),
    updateStack: (caller, stack, change) => updateStack(world, owner, caller, stack, change),
    actOn: (caller, stack, action) => actOn(world, owner, caller, stack, action),
    markResource: (caller, stack, name, mark) => markResource(world, owner, registry, caller, stack, name, mark),
    signalResource: (caller, stack, name, details) =>
      signalResource(world, owner, registry, caller, stack, name, details),
    locate: (caller, nameOrId) => locate(world, caller, nameOrId),
    listStacks: (caller, query) => listStacks(world, caller, query),
    showStack: (caller, stack, resolveOutputs) => showStack(world, registry, caller, stack, resolveOutputs),
    template: async (caller, stack) => templateOf(world, (await stackOf(world, caller, stack)).record),
    environment: async (caller, stack) => environmentOf(world, (await stackOf(world, caller, stack)).record),
    files: async (caller, stack) => filesOf(world, (await stackOf(world, caller, stack)).record),
    outputs: async (caller, stack) => outputKeys(world, (await liveStackOf(world, caller, stack)).record),
    output: async (caller, stack, key) =>
      outputOf(world, registry, (await liveStackOf(world, caller, stack)).record, key),
    listResources: async (caller, stack, query) =>
      listResources(world, registry, await stackOf(world, caller, stack), query),
    showResource: async (caller, stack, name, attributes) =>
      showResource(world, registry, caller, await liveStackOf(world, caller, stack), name, attributes),
    resourceMetadata: async (caller, stack, name) =>
      resourceMetadata(world, await liveStackOf(world, caller, stack), name),
    listEvents: async (caller, stack, query) => listEvents(world, await stackOf(world, caller, stack), query),
    showEvent: async (caller, stack, resource, event) =>
      showEvent(world, await stackOf(world, caller, stack), resource, event),
    why: async (caller, stack) => why(world, registry, await stackOf(world, caller, stack)),
    createConfig: (caller, request) => createConfig(world, caller, request),
    deleteConfig: (caller, id) => deleteConfig(world, caller, id),
    listConfigs: (caller, query) => listConfigs(world, caller, query),
    showConfig: (caller, id) => showConfig(world, caller, id),
    listTypes: async (caller, query) =>
      listTypes(registry, caller, query, await knownExtensions(world, credentialOf(caller))),
    typeSchema: async (caller, type) =>
      typeSchema(registry, caller, type, await knownExtensions(world, credentialOf(caller), type)),
    typeTemplate: async (caller, type, language) => typeTemplate(registry, caller, type, language),
    templateVersions: async () => templateVersions(),
    templateFunctions: async (version, withConditions, extended) =>
      templateFunctions(version, withConditions, extended),
    validateTemplate: (caller, request, ignored) => validateTemplate(world, caller, request, ignored),
    previewStack: (caller, request) => previewStack(world, registry, caller, request),
    previewUpdate: async (caller, stack, change, withNested) =>
      previewUpdate(world, registry, caller, await liveStackOf(world, caller, stack), change, withNested),
    resetStack: (caller, stack) => resetStack(world, owner, caller, stack),
    wakeStack: (caller, stack) => wakeStack(world, owner, caller, stack),
    listServices: caller => listServices(world, caller),
    listParked: caller => listParked(world, caller),
    listDebts: caller => listDebts(world, caller),
    listOrphans: (caller, olderThanMs) => listOrphans(world, caller, markedCollections, olderThanMs),
    removeOrphan: (caller, thing, olderThanMs) => removeOrphan(world, caller, markedCollections, thing, olderThanMs),
  });
}
