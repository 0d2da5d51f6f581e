/**
 * Every error that a client can see, in one table: its type as Heat names it, its HTTP status, its text.
 *
 * Clients match on `type` and on parts of the texts (contract: rest-api §1.1), so both are the wire contract. An
 * error may carry `at`, the place in the template, and `hint`, what would be right; they follow Heat's text.
 */

/** An error that goes to the client as it is. Anything else that is thrown is a bug of ours. */
export class HeatError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, status: number, message: string) {
    super(message);
    this.name = type;
    this.type = type;
    this.status = status;
  }
}

export function isHeatError(error: unknown): error is HeatError {
  return error instanceof HeatError;
}

function kind<A>(type: string, status: number, text: (args: A) => string): (args: A) => HeatError {
  return args => new HeatError(type, status, text(args));
}

/** `[<error>: : ][<path>: : ]<message>`: the doubled colons are what Heat sends on every route but validate. */
export interface ValidationPlace {
  readonly error?: string;
  readonly path?: string;
  readonly message: string;
}

/** An error that knows the parts of its text, so that whoever passes it on can say where it met it. */
export class PlacedError extends HeatError {
  readonly place: ValidationPlace;

  constructor(type: string, status: number, place: ValidationPlace) {
    super(type, status, placed(place));
    this.place = place;
  }
}

/** The same error with other words: `change` gets each part of its text. */
export function reworded(error: HeatError, change: (text: string) => string): HeatError {
  const message = change(error.message);
  if (message === error.message) return error;
  if (!(error instanceof PlacedError)) return new HeatError(error.type, error.status, message);
  const { place } = error;
  return new PlacedError(error.type, error.status, { ...place, message: change(place.message) });
}

/** An error met inside a nested template, told with the place of what holds that: `resources.r<url>` and so on. */
export function nestedIn(path: string, error: HeatError): HeatError {
  if (!(error instanceof PlacedError)) {
    return errors.StackValidationFailed({ error: error.type, path, message: error.message });
  }
  const { place } = error;
  const inner = place.path === undefined || place.path === '' ? path : `${path}.${place.path}`;
  return errors.StackValidationFailed({ ...place, path: inner });
}

function placed({ error, path, message }: ValidationPlace): string {
  return [error, path, message].filter(part => part !== undefined && part !== '').join(': : ');
}

const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';

export const errors = {
  // 400
  BadRequest: kind<{ message: string }>('HTTPBadRequest', 400, a => a.message),
  Malformed: kind<Record<string, never>>('HTTPBadRequest', 400, () => malformed),
  /** The generic text, then our words for what it was: Heat leaves its clients to guess. */
  MalformedBody: kind<{ hint: string }>('HTTPBadRequest', 400, a => `${malformed} ${a.hint}`),
  /** A value that in Heat only Python notices, and answers without a word. */
  ValueError: kind<{ message: string }>('ValueError', 400, a => a.message),
  CircularDependency: kind<{ cycle: string }>(
    'CircularDependencyException',
    400,
    a => `Circular Dependency Found: ${a.cycle}`,
  ),
  InvalidSchema: kind<{ message: string }>('InvalidSchemaError', 400, a => a.message),
  ConflictingMergeStrategyForParam: kind<{ strategy: string; param: string; file: string }>(
    'ConflictingMergeStrategyForParam',
    400,
    a => `Conflicting merge strategy '${a.strategy}' for parameter '${a.param}' in file '${a.file}'.`,
  ),
  ImmutableParameterModified: kind<{ names: readonly string[] }>(
    'ImmutableParameterModified',
    400,
    a => `The following parameters are immutable and may not be updated: ${a.names.join(', ')}`,
  ),
  InvalidTemplateAttribute: kind<{ resource: string; key: string }>(
    'InvalidTemplateAttribute',
    400,
    a => `The Referenced Attribute (${a.resource} ${a.key}) is incorrect.`,
  ),
  InvalidTemplateReference: kind<{ resource: string; key: string }>(
    'InvalidTemplateReference',
    400,
    a => `The specified reference "${a.resource}" (in ${a.key}) is incorrect.`,
  ),
  InvalidTemplateVersion: kind<{ explanation: string }>(
    'InvalidTemplateVersion',
    400,
    a => `The template version is invalid: ${a.explanation}`,
  ),
  MissingCredential: kind<{ required: string }>(
    'MissingCredentialError',
    400,
    a => `Missing required credential: ${a.required}`,
  ),
  NotSupported: kind<{ feature: string }>('NotSupported', 400, a => `${a.feature} is not supported.`),
  PhysicalResourceNameAmbiguity: kind<{ name: string }>(
    'PhysicalResourceNameAmbiguity',
    400,
    a => `Multiple physical resources were found with name (${a.name}).`,
  ),
  PropertyUnspecified: kind<{ properties: readonly string[] }>(
    'PropertyUnspecifiedError',
    400,
    a => `At least one of the following properties must be specified: ${a.properties.join(', ')}.`,
  ),
  RequestLimitExceeded: kind<{ message: string }>(
    'RequestLimitExceeded',
    400,
    a => `Request limit exceeded: ${a.message}`,
  ),
  InvalidBreakPointHook: kind<{ message: string }>('InvalidBreakPointHook', 400, a => a.message),
  ResourceActionNotSupported: kind<{ action: string }>(
    'ResourceActionNotSupported',
    400,
    a => `${a.action} is not supported for resource.`,
  ),
  /** A type whose service the caller's cloud lacks; clients may ask to have this code overlooked. */
  ResourceTypeUnavailable: kind<{ service: string; type: string; reason: string }>(
    'ResourceTypeUnavailable',
    400,
    a => `HEAT-E99001 Service ${a.service} is not available for resource type ${a.type}, reason: ${a.reason}`,
  ),
  ResourcePropertyConflict: kind<{ properties: readonly string[] }>(
    'ResourcePropertyConflict',
    400,
    a => `Cannot define the following properties at the same time: ${a.properties.join(', ')}.`,
  ),
  ResourcePropertyDependency: kind<{ property: string; needs: string }>(
    'ResourcePropertyDependency',
    400,
    a => `${a.property} cannot be specified without ${a.needs}.`,
  ),
  ResourcePropertyValueDependency: kind<{ property: string; needs: string; value: string }>(
    'ResourcePropertyValueDependency',
    400,
    a => `${a.property} property should only be specified for ${a.needs} with value ${a.value}.`,
  ),
  StackValidationFailed: (place: ValidationPlace): HeatError => new PlacedError('StackValidationFailed', 400, place),
  UnknownUserParameter: kind<{ key: string }>(
    'UnknownUserParameter',
    400,
    a => `The Parameter (${a.key}) was not defined in template.`,
  ),
  UserParameterMissing: kind<{ key: string }>(
    'UserParameterMissing',
    400,
    a => `The Parameter (${a.key}) was not provided.`,
  ),
  Invalid: kind<{ reason: string }>('Invalid', 400, a => `Data supplied was not valid: ${a.reason}`),
  // 403
  Forbidden: kind<{ rule: string }>('Forbidden', 403, a => `You are not authorized to use ${a.rule}.`),
  /** The path's project is not the token's. */
  ProjectForbidden: kind<Record<string, never>>('HTTPForbidden', 403, () => 'Access was denied to this resource.'),
  // 404
  EntityNotFound: kind<{ entity: string; name: string }>(
    'EntityNotFound',
    404,
    a => `The ${a.entity} (${a.name}) could not be found.`,
  ),
  NotFound: kind<{ message: string }>('NotFound', 404, a => a.message),
  ResourceNotFound: kind<{ resource: string; stack: string }>(
    'ResourceNotFound',
    404,
    a => `The Resource (${a.resource}) could not be found in Stack ${a.stack}.`,
  ),
  ResourceNotAvailable: kind<{ resource: string }>(
    'ResourceNotAvailable',
    404,
    a => `The Resource (${a.resource}) is not available.`,
  ),
  /** What Heat's API layer itself does not find: events. */
  HTTPNotFound: kind<{ message: string }>('HTTPNotFound', 404, a => a.message),
  // 405
  MethodNotAllowed: kind<Record<string, never>>('HTTPMethodNotAllowed', 405, () => malformed),
  // 409
  ActionInProgress: kind<{ stack: string; action: string }>(
    'ActionInProgress',
    409,
    a => `Stack ${a.stack} already has an action (${a.action}) in progress.`,
  ),
  StackExists: kind<{ name: string }>('StackExists', 409, a => `The Stack (${a.name}) already exists.`),
  // 429, 500, 501, 503: not Heat's; retryable where a Retry-After is sent
  TooManyRequests: kind<{ message: string }>('TooManyRequests', 429, a => a.message),
  InvalidRestrictedAction: kind<{ message: string }>('InvalidRestrictedAction', 500, a => a.message),
  InvalidExternalResourceDependency: kind<{ type: string; id: string }>(
    'InvalidExternalResourceDependency',
    500,
    a => `Invalid dependency with external ${a.type} resource: ${a.id}`,
  ),
  Internal: kind<{ errorId: string }>(
    'InternalError',
    500,
    a => `An unexpected error occurred (error id ${a.errorId}).`,
  ),
  NotAvailable: kind<{ feature: string }>(
    'NotImplementedError',
    501,
    a => `${a.feature} is not available in this version.`,
  ),
  Unavailable: kind<{ message: string }>('ServiceUnavailable', 503, a => a.message),
} as const;
