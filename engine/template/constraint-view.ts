/** Constraints in CloudFormation's keys, flat beside a parameter's other ones: POST /validate, CFN templates. */
import type { Value } from '../values/value.ts';
import type { Constraint } from './constraints.ts';

export type Entry = readonly [string, Value];

export function cfnConstraint(constraint: Constraint): readonly Entry[] {
  switch (constraint.kind) {
    case 'length':
      return bounds(['MinLength', constraint.min], ['MaxLength', constraint.max]);
    case 'range':
      return bounds(['MinValue', constraint.min], ['MaxValue', constraint.max]);
    case 'modulo':
      return bounds(['Step', constraint.step], ['Offset', constraint.offset]);
    case 'allowed_values':
      return [['AllowedValues', constraint.values]];
    case 'allowed_pattern':
      return [['AllowedPattern', constraint.pattern]];
    case 'custom_constraint':
      return [['CustomConstraint', constraint.name]];
  }
}

function bounds(...given: readonly (readonly [string, Value | undefined])[]): readonly Entry[] {
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
