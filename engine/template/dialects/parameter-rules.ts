/** How a dialect declares parameters: keys and types in its own words (contract: templates §4). */

export type ParameterType = 'string' | 'number' | 'comma_delimited_list' | 'json' | 'boolean';

export interface ParameterRules {
  readonly keys: ReadonlySet<string>;
  readonly type: string;
  readonly default: string;
  readonly description: string;
  readonly label: string;
  readonly types: ReadonlyMap<string, ParameterType>;
  /** HOT: a list of constraints, `hidden` by any true value. CloudFormation: keys of the parameter's own. */
  readonly constraints: 'list' | 'keys';
  readonly modulo: boolean;
}

export const hotParameters: ParameterRules = {
  keys: new Set(['type', 'description', 'default', 'schema', 'constraints', 'hidden', 'label', 'immutable']),
  type: 'type',
  default: 'default',
  description: 'description',
  label: 'label',
  types: new Map([
    ['string', 'string'],
    ['number', 'number'],
    ['comma_delimited_list', 'comma_delimited_list'],
    ['json', 'json'],
    ['boolean', 'boolean'],
  ]),
  constraints: 'list',
  modulo: false,
};

export const cfnParameters: ParameterRules = {
  keys: new Set([
    'Type',
    'Default',
    'NoEcho',
    'AllowedValues',
    'AllowedPattern',
    'MaxLength',
    'MinLength',
    'MaxValue',
    'MinValue',
    'Description',
    'ConstraintDescription',
    'Label',
  ]),
  type: 'Type',
  default: 'Default',
  description: 'Description',
  label: 'Label',
  types: new Map([
    ['String', 'string'],
    ['Number', 'number'],
    ['CommaDelimitedList', 'comma_delimited_list'],
    ['Json', 'json'],
    ['Boolean', 'boolean'],
  ]),
  constraints: 'keys',
  modulo: false,
};
