import { describe, expect, it } from 'vitest';
import { pseudo, thrown } from '../../../test/support/templates.ts';
import { mapOf, type Value } from '../../values/value.ts';
import { parseYaml } from '../../values/yaml.ts';
import { decodeExpr, encodeExpr } from '../encode.ts';
import { emptyEnvironment, parseEnvironment } from '../environment.ts';
import { evaluate, evaluateProperties, outputValue } from '../evaluate.ts';
import { isKnown } from '../expr.ts';
import type { Prepared } from '../planning.ts';
import { type PlanInput, plan } from '../prepare.ts';
import { type Scope, Selected } from '../scope.ts';

const aws = 'AWSTemplateFormatVersion: 2010-09-09';
const heat = 'HeatTemplateFormatVersion: 2012-12-12';

function planned(body: string, { version = aws, environment = '{}', ...rest }: Options = {}): Prepared {
  const raw = parseYaml(`${version}\n${body}`);
  const given = parseEnvironment(parseYaml(environment));
  return plan({ files: new Map(), pseudo, ...rest, raw, environment: given }).prepared;
}

interface Options extends Partial<Omit<PlanInput, 'raw' | 'environment'>> {
  readonly version?: string;
  readonly environment?: string;
}

/** A template whose one resource has this property. */
const one = (property: string, rest = '') => `${rest}\nResources: {r: {Type: T, Properties: {value: ${property}}}}`;
const propertyOf = (prepared: Prepared) => prepared.definitions.get('r')?.properties.get('value');
const output = (prepared: Prepared, name = 'o', scope: Scope = made) =>
  outputValue(prepared.outputs.get(name) ?? { value: 'no such output' }, scope);

const made: Scope = {
  parameter: () => undefined,
  file: () => undefined,
  reference: name => `id-of-${name}`,
  attribute: (_resource, attribute) => new Selected(`${attribute}-value`),
};

describe('a template of CloudFormation', () => {
  const whole = `
Description: All of it
Mappings:
  sizes:
    small: {disk: 1, name: s}
    big: {disk: 10, name: b}
Parameters:
  Size: {Type: String, Default: small, AllowedValues: [small, big]}
  Count: {Type: Number, MinValue: 1, MaxValue: "3"}
  Names: {Type: CommaDelimitedList, Default: "a,b"}
  Secret: {Type: String, NoEcho: "True", Default: hidden, MinLength: 2, MaxLength: 10}
  Extra: {Type: Json, Default: "{\\"k\\": [1]}"}
  Flag: {Type: Boolean, Default: "yes"}
Conditions:
  isBig: {"Fn::Equals": [{Ref: Size}, big]}
  isSmall: {"Fn::Not": [isBig]}
  any: {"Fn::Or": [isBig, {"Fn::And": [isSmall, true]}]}
Resources:
  volume:
    Type: Volume
    DeletionPolicy: Retain
    Properties:
      size: {"Fn::FindInMap": [sizes, {Ref: Size}, disk]}
      name: {"Fn::Join": ["-", [{Ref: "AWS::StackName"}, {"Fn::Select": ["1", {Ref: Names}]}]]}
      flag: {Ref: Flag}
      extra: {Ref: Extra}
      either: {"Fn::If": [isBig, {Ref: nowhere}, fine]}
    Metadata: {count: {Ref: Count}}
    UpdatePolicy: {a: 1}
  server:
    Type: Server
    DependsOn: volume
    Condition: any
    Nonsense: is passed over
    Properties: {volume: {Ref: volume}, ip: {"Fn::GetAtt": [volume, ip]}}
  big: {Type: Server, Condition: isBig}
Outputs:
  ip: {Description: The address, Value: {"Fn::GetAtt": [server, ip]}}
  big: {Value: {Ref: big}, Condition: isBig}
  region: {Value: {Ref: "AWS::Region"}}
  id: {Value: {Ref: "AWS::StackId"}}
`;
  const prepared = planned(whole, { environment: '{parameters: {Count: "2"}}' });

  it('is planned', () => {
    expect([...prepared.definitions.keys()]).toEqual(['volume', 'server']);
    const volume = prepared.definitions.get('volume');
    expect(volume).toMatchObject({ type: 'Volume', deletionPolicy: 'Retain' });
    expect(volume?.properties).toEqual(
      mapOf([
        ['size', 1n],
        ['name', 'teststack-b'],
        ['flag', true],
        ['extra', mapOf([['k', [1n]]])],
        ['either', 'fine'],
      ]),
    );
    expect(volume?.metadata).toEqual(mapOf([['count', 2n]]));
    expect(volume?.updatePolicy).toEqual(mapOf([['a', 1n]]));
    const server = prepared.definitions.get('server');
    expect([...(server?.requires ?? [])]).toEqual(['volume']);
    expect(volume?.exports).toEqual(['ip']);
    const finished = evaluateProperties('Resources.server.Properties', server?.properties ?? new Map(), made);
    expect(finished).toEqual(
      mapOf([
        ['volume', 'id-of-volume'],
        ['ip', 'ip-value'],
      ]),
    );
  });

  it('has outputs and parameters in its own words', () => {
    expect(output(prepared, 'ip')).toEqual({ value: 'ip-value' });
    expect(prepared.outputs.get('ip')?.description).toBe('The address');
    expect(output(prepared, 'big')).toEqual({ value: null });
    expect(output(prepared, 'region')).toEqual({ value: 'ap-southeast-1' });
    expect(output(prepared, 'id')).toEqual({ value: 'arn:openstack:heat::p1:stacks/teststack/b3a1' });
    expect([...prepared.parameters.shown()]).toEqual([
      ['AWS::StackId', 'arn:openstack:heat::p1:stacks/teststack/b3a1'],
      ['AWS::StackName', 'teststack'],
      ['AWS::Region', 'ap-southeast-1'],
      ['Size', 'small'],
      ['Count', '2'],
      ['Names', 'a,b'],
      ['Secret', '******'],
      ['Extra', '{"k": [1]}'],
      ['Flag', 'True'],
    ]);
  });

  it("of Heat's own dialect has neither conditions nor Fn::If", () => {
    const property = propertyOf(planned(one('{"Fn::If": [a, b, c]}'), { version: heat }));
    expect(property).toEqual(mapOf([['Fn::If', ['a', 'b', 'c']]]));
    const free = planned('Resources: {r: {Type: T, Condition: nope}}\nOutputs: {o: {Value: 1, Condition: nope}}', {
      version: heat,
    });
    expect([...free.definitions.keys()]).toEqual(['r']);
    expect(output(free)).toEqual({ value: 1n });
  });
});

describe('faults are told in its words', () => {
  // Each as real Heat (Zed) answered, but for texts that are Python's own.
  it.each<[string, string, string?]>([
    [
      one('{Ref: nope}'),
      'Property error: : Resources.r.Properties.value: : The specified reference "nope" (in unknown) is incorrect.',
    ],
    [
      one('{"Fn::GetAtt": r.value}'),
      'Resources.r.Properties.value.Fn::GetAtt: : Arguments to "Fn::GetAtt" must be of the form [resource_name, attribute]',
    ],
    [
      one('{"Fn::GetAtt": [r, a, b]}'),
      'Resources.r.Properties.value.Fn::GetAtt: : Arguments to "Fn::GetAtt" must be of the form [resource_name, attribute]',
    ],
    [
      one('{"Fn::FindInMap": [m, a, c]}', 'Mappings: {m: {a: {b: 1}}}'),
      "Property error: : Resources.r.Properties.value: : 'c'",
    ],
    [one('{"Fn::FindInMap": [m, a, c]}'), "Property error: : Resources.r.Properties.value: : 'm'"],
    ['Resources: {r: {Type: 5}}', 'Resource r Type type must be string'],
    ['Resources: {r: x}', "Resources must contain Resource. Found a [<class 'str'>] instead"],
    ['Resources: {r: null}', 'Each Resource must contain a Type key.'],
    ['Resources: {r: {type: T}}', 'Each Resource must contain a Type key.'],
    ['Resources: x', "'str' object has no attribute 'values'"],
    ['Resources: {r: {Type: T, DependsOn: 5}}', 'Resource r DependsOn type must be list or string'],
    ['Resources: {r: {Type: T, DependsOn: [5]}}', 'Resource r DependsOn must be a list of strings'],
    ['Resources: {r: {Type: T, Condition: 5}}', 'Resource r Condition type must be string or boolean'],
    ['Resources: {r: {Type: T, Condition: nope}}', 'Resources.r.Condition: : Invalid condition "nope"'],
    ['Resources: {r: {Type: T, Metadata: x}}', 'Resource r Metadata type must be object'],
    ['Resources: {r: {Type: T, DeletionPolicy: retain}}', 'Invalid deletion policy "retain"'],
    ['Resources: {r: {Type: T, DependsOn: x}}', 'The specified reference "x" (in r) is incorrect.'],
    [
      'Outputs: {a: {value: 1}}',
      'Output validation error: : Outputs.a: : Each output definition must contain a Value key.',
    ],
    [
      'Outputs: {a: x}',
      'Output validation error: : Outputs.a: : Output definitions must be a map. Found a str instead',
    ],
    ['Outputs: {q: {Value: 1, Condition: zz}}', 'Outputs.q.Condition: : Invalid condition "zz"'],
    [
      'Outputs: {o: {Value: {"Fn::GetAtt": [gone, a]}}}',
      'Outputs.o.Value.Fn::GetAtt: : The specified reference "gone" (in unknown) is incorrect.',
    ],
    ['Foo: x', 'The template section is invalid: Foo'],
    ['Metadata: {}', 'The template section is invalid: Metadata'],
    ['Conditions: {a: true}', 'The template section is invalid: Conditions', heat],
    [
      'Conditions: null',
      'Conditions validation error: : Condition definitions must be a map. Found a NoneType instead',
    ],
    ['Parameters: {p: {Type: string}}', 'Invalid type (string)'],
    ['Parameters: {p: {Type: "AWS::EC2::KeyPair::KeyName"}}', 'Invalid type (AWS::EC2::KeyPair::KeyName)'],
    ['Parameters: {p: {type: String}}', "Invalid key 'type' for parameter (p)"],
    ['Parameters: {p: {Default: x}}', 'Missing parameter type for parameter: p'],
    [
      'Parameters: {p: {Type: Number, MinLength: 1, Default: 1}}',
      "Parameter 'p' is invalid: Length constraint invalid for Number",
    ],
    [
      'Parameters: {p: {Type: String, Default: abc, MinLength: "4", ConstraintDescription: too short}}',
      "Parameter 'p' is invalid: Invalid default abc (too short)",
    ],
    ['Parameters: {p: {Type: String, MinLength: 1.5}}', 'min/max length must be integral'],
    ['Parameters: {p: {Type: Number, MinValue: [x]}}', 'min/max must be numeric'],
    [
      'Parameters: {p: {Type: String, MinValue: null}}',
      'A range constraint must have a min value and/or a max value specified.',
    ],
    ['Parameters: {p: {Type: String, AllowedValues: x}}', 'AllowedValues must be a list'],
    ['Parameters: {p: {Type: String, Default: a}}\nResources: {p: {Type: T}}', "Duplicate names {'p'}"],
    [
      one('{"Fn::If": [c, 1]}'),
      'Resources.r.Properties.value.Fn::If: : Arguments to "Fn::If" must be of the form: [condition_name, value_if_true, value_if_false]',
    ],
    [
      one('x', 'Conditions: {c: {"Fn::Equals": [{"Fn::GetAtt": [a, b]}, 1]}}'),
      'Conditions.c.Fn::Equals[0].Fn::GetAtt: : The function "Fn::GetAtt" is invalid in this context',
    ],
    [
      one('{"Fn::If": [c, 1, 2]}', 'Conditions: {c: {"Fn::Equals": [{Ref: nope}, 1]}}'),
      'The specified reference "nope" (in unknown) is incorrect.',
    ],
    [
      one('x', 'Conditions: {c: {"Fn::Not": c}}'),
      'Conditions.c.Fn::Not: : Arguments to "Fn::Not" must be of the form: [condition]',
    ],
    [
      one('x', 'Conditions: {c: {"Fn::And": [d]}, d: false}'),
      'Conditions.c.Fn::And: : The minimum number of condition arguments to "Fn::And" is 2.',
    ],
    [
      one('x', 'Conditions: {c: {Condition: d}, d: false}'),
      "Condition validation error: : The definition of condition \"c\" is invalid: {'Condition': 'd'}",
    ],
    [
      'Conditions: {f: {"Fn::Equals": [a, b]}}\nResources: {r: {Type: T, Condition: f}, s: {Type: T, Properties: {value: {Ref: r}}}}',
      'The specified reference "r" (in s.Properties.value) is incorrect.',
    ],
  ])('%s', (body, message, version = aws) => {
    expect(thrown(() => planned(body, { version }))).toBe(message);
  });

  it('of outputs show with the output', () => {
    const prepared = planned(
      'Mappings: {m: {a: {b: 1}}}\nOutputs: {o: {Value: {"Fn::FindInMap": [m, a, c]}}, p: {Value: {Ref: nope}}}',
    );
    expect(output(prepared)).toEqual({ value: null, error: "'c'" });
    expect(output(prepared, 'p')).toEqual({
      value: null,
      error: 'The specified reference "nope" (in unknown) is incorrect.',
    });
  });
});

describe('Fn::FindInMap', () => {
  const mappings = 'Mappings: {m: {a: {b: 1, l: [x]}, id-of-s: {b: 2}}, n: {a: {b: 3}}}';
  it.each<[string, Value]>([
    ['{"Fn::FindInMap": [m, a, b]}', 1n],
    ['{"Fn::FindInMap": [m, a, l]}', ['x']],
    ['{"Fn::FindInMap": [m, {"Fn::Select": [0, [a]]}, b]}', 1n],
  ])('%s', (yaml, expected) => {
    expect(propertyOf(planned(one(yaml, mappings)))).toEqual(expected);
  });

  it.each([
    ['[m, a, [b]]', 'm: {a: {b: 1}}', "unhashable type: 'list'"],
    ['[m, a, 5]', 'm: {a: {b: 1}}', '5'],
    ['[m, a, b]', 'm: x', "string indices must be integers, not 'str'"],
    ['[m, a, b]', 'm: [x]', 'list indices must be integers or slices, not str'],
    ['[m, 1, 0]', 'm: [x]', 'list index out of range'],
    ['[m, a, b]', 'm: {a: 5}', "'int' object is not subscriptable"],
    ['[m, a]', 'm: {}', 'Arguments to "Fn::FindInMap" must be of the form [mapping, key, value]'],
  ])('%s in {%s} is refused', (keys, mapping, message) => {
    const refused = thrown(() => planned(one(`{"Fn::FindInMap": ${keys}}`, `Mappings: {${mapping}}`)));
    expect(refused.split(': : ').at(-1)).toBe(message);
  });

  it('that waits for a name takes along what there is to look in', () => {
    const body = `${mappings}\nResources: {s: {Type: T}, r: {Type: T, Properties: {value: {"Fn::FindInMap": [m, {Ref: s}, b]}}}}`;
    const prepared = planned(body);
    const left = propertyOf(prepared) ?? null;
    expect(isKnown(left)).toBe(false);
    expect(encodeExpr(left)).not.toContain('"3"');
    expect(evaluate(decodeExpr(encodeExpr(left)), made)).toBe(2n);
    expect([...(prepared.definitions.get('r')?.requires ?? [])]).toEqual(['s']);
    expect(thrown(() => evaluate(left, { ...made, reference: () => 'other' }))).toBe("'other'");
  });
});

it('Ref in a condition is a parameter, also where a resource has the name', () => {
  const body = 'Conditions: {c: {"Fn::Equals": [{Ref: r}, 1]}}\nResources: {r: {Type: T, Condition: c}}';
  expect(thrown(() => planned(body))).toBe('The specified reference "r" (in unknown) is incorrect.');
});

it('an empty template of either dialect is one', () => {
  for (const version of [aws, heat]) {
    const prepared = plan({
      raw: parseYaml(version),
      environment: emptyEnvironment,
      files: new Map(),
      pseudo: { ...pseudo, stackId: 'None' },
    }).prepared;
    expect(prepared.parameters.value('AWS::StackId')).toBe('arn:openstack:heat::p1:stacks/teststack/None');
  }
});
