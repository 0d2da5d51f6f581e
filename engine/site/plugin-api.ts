/**
 * What a plug-in is written with: `convect/plugin-api` (docs/plugins.md).
 *
 *   import type { Kit } from 'convect/plugin-api';
 *   export const api = 1;
 *   export default ({ resource, string }: Kit) => resource('Example::Notes::Note', { … });
 *
 * The kit is handed in, so a plug-in imports types alone: it need not find this package when it is loaded, and cannot
 * bring a second copy of it. `apiVersion` goes up when something that a plug-in may rely on goes, or changes its
 * meaning; what is added changes nothing.
 */
import { actionStep } from '../kit/actions.ts';
import { changedEntries, changedProperties, changedTexts, staysSame } from '../kit/updates.ts';
import { resource } from '../kit/declare.ts';
import { listIn, mapIn, mapsIn, textIn, textsIn, withoutNulls } from '../kit/given.ts';
import { LifeFailure, type ResourceType } from '../kit/resource.ts';
import {
  allowedPattern,
  allowedValues,
  any,
  attribute,
  boolean,
  custom,
  integer,
  length,
  list,
  map,
  modulo,
  number,
  range,
  since,
  string,
} from '../kit/schema.ts';
import { latestOf, readingStep, settingStep, thingOf } from '../kit/settle.ts';
import { byStatus, restStep, thingIn, thingsIn, unreadable } from '../kit/steps.ts';
import { isKnown } from '../template/expr.ts';
import { parseJson, toPlain, writeJson } from '../values/json.ts';
import { emptyMap, isList, isMap, mapOf } from '../values/value.ts';

export const apiVersion = 1;

export const kit = Object.freeze({
  /** Declares a type. */
  resource,
  // Schemas of properties and attributes, and constraints on them.
  string,
  integer,
  number,
  boolean,
  list,
  map,
  any,
  attribute,
  since,
  range,
  length,
  modulo,
  allowedValues,
  allowedPattern,
  custom,
  // Steps of a life in a cloud.
  restStep,
  byStatus,
  readingStep,
  settingStep,
  actionStep,
  thingOf,
  latestOf,
  thingIn,
  thingsIn,
  unreadable,
  LifeFailure,
  // What differs in an update.
  changedProperties,
  changedEntries,
  changedTexts,
  staysSame,
  // Values: maps are Maps, whole numbers bigints.
  mapOf,
  emptyMap,
  isMap,
  isList,
  isKnown,
  textIn,
  textsIn,
  mapIn,
  mapsIn,
  listIn,
  withoutNulls,
  parseJson,
  writeJson,
  toPlain,
});

export type Kit = typeof kit;

/** A plug-in's default export. */
export type Plugin = (kit: Kit) => ResourceType;

export type { Declaration } from '../kit/declare.ts';
export type {
  Change,
  ChangeSteps,
  CloudLife,
  LifeContext,
  Live,
  LocalLife,
  LocalOutcome,
  Made,
  Readiness,
  ResourceType,
  Step,
  StepInput,
} from '../kit/resource.ts';
export type { AttributeSchema, PropertySchema, PropertySchemas } from '../kit/schema.ts';
export type { CloudCall } from '../kernel/world.ts';
export type { Value, ValueList, ValueMap } from '../values/value.ts';
