/** What AWS's CloudFormation has and Heat's has not: read only where a setting says so. */
import { describe, expect, it } from 'vitest';
import { pseudo, thrown } from '../../../test/support/templates.ts';
import { mapOf, type Value } from '../../values/value.ts';
import { longForms, shortTags } from '../../values/short-tags.ts';
import { parseTemplateText, parseYaml } from '../../values/yaml.ts';
import { decodeExpr, encodeExpr } from '../encode.ts';
import { emptyEnvironment } from '../environment.ts';
import { awsDialect, extended } from './cfn.ts';
import { evaluate, outputValue } from '../evaluate.ts';
import { isKnown } from '../expr.ts';
import type { Prepared } from '../planning.ts';
import { plan } from '../prepare.ts';
import { type Scope, Selected } from '../scope.ts';

const aws = 'AWSTemplateFormatVersion: 2010-09-09';
const parameters = 'Parameters: {P: {Type: String, Default: text}, L: {Type: CommaDelimitedList, Default: "a,b"}}';

function planned(body: string, { isExtended = true, version = aws } = {}): Prepared {
  const raw = parseTemplateText(`${version}\n${body}`, isExtended ? shortTags : undefined);
  return plan({ files: new Map(), pseudo, raw, environment: emptyEnvironment, isExtended }).prepared;
}

const made: Scope = {
  parameter: () => undefined,
  file: () => undefined,
  reference: name => `id-of-${name}`,
  attribute: (_resource, attribute) => new Selected(`${attribute}-value`),
};
const one = (property: string, rest = '') =>
  `${parameters}\n${rest}\nResources: {s: {Type: T}, r: {Type: T, Properties: {value: ${property}}}}`;
const propertyOf = (prepared: Prepared) => prepared.definitions.get('r')?.properties.get('value') ?? null;
const value = (property: string) => evaluate(propertyOf(planned(one(property))), made);
const is = (yaml: string): Value => (parseYaml(`[${yaml}]`) as readonly Value[])[0] ?? null;

describe('functions', () => {
  it.each([
    ['{"Fn::Sub": "no variable"}', 'no variable'],
    ['{"Fn::Sub": "${P}-${AWS::StackName}-${s}-${s.ip}"}', 'text-teststack-id-of-s-ip-value'],
    ['{"Fn::Sub": "${s.a.b}"}', 'a.b-value'],
    ['{"Fn::Sub": "${!P} $P {P} ${"}', "'${P} $P {P} ${'"],
    ['{"Fn::Sub": ["${P} ${Own} ${n}", {Own: {Ref: s}, n: 5, P: mine}]}', 'mine id-of-s 5'],
    ['{"Fn::Sub": ["${b}${f}${none}", {b: true, f: 1.0, none: null}]}', 'true1.0'],
    ['{"Fn::Cidr": [10.0.0.0/16, 3, 8]}', '[10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24]'],
    ['{"Fn::Cidr": [10.0.0.0/16, 2]}', '[10.0.0.0/24, 10.0.1.0/24]'],
    [
      '{"Fn::Cidr": ["192.168.0.0/24", "6", "5"]}',
      '[192.168.0.0/27, 192.168.0.32/27, 192.168.0.64/27, 192.168.0.96/27, 192.168.0.128/27, 192.168.0.160/27]',
    ],
    ['{"Fn::Cidr": ["10.1.2.3/24", 1, 4]}', '[10.1.2.0/28]'],
    ['{"Fn::Cidr": ["2001:db8::/56", 2, 64]}', '["2001:db8::/64", "2001:db8:0:1::/64"]'],
    ['{"Fn::Length": [a, b, {c: d}]}', '3'],
    ['{"Fn::Length": {Ref: L}}', '2'],
    ['{"Fn::ToJsonString": {b: {Ref: P}, a: [1, 1.0, null, true]}}', `'{"b":"text","a":[1,1.0,null,true]}'`],
    ['{"Fn::ToJsonString": [{Ref: s}]}', `'["id-of-s"]'`],
    ['{"Fn::Join": [",", [a, {Ref: "AWS::NoValue"}, b]]}', '"a,b"'],
    ['{a: {Ref: "AWS::NoValue"}, b: 1}', '{b: 1}'],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toEqual(is(expected));
  });

  it.each([
    ['{"Fn::Sub": 5}', 'Arguments to "Fn::Sub" must be a text, or of the form [text, {name: value}]'],
    ['{"Fn::Sub": [a]}', 'Arguments to "Fn::Sub" must be a text, or of the form [text, {name: value}]'],
    ['{"Fn::Sub": [a, b]}', 'Arguments to "Fn::Sub" must be a text, or of the form [text, {name: value}]'],
    ['{"Fn::Sub": "${}"}', '"Fn::Sub" has ${} without a name in it'],
    ['{"Fn::Sub": "${nobody}"}', 'The specified reference "nobody" (in unknown) is incorrect.'],
    ['{"Fn::Sub": "${nobody.ip}"}', 'The specified reference "nobody" (in r.Properties.value.Fn::Sub) is incorrect.'],
    ['{"Fn::Sub": "${L}"}', 'A value in "Fn::Sub" must be a text or a number, not a list'],
    ['{"Fn::Cidr": 10.0.0.0/16}', 'Arguments to "Fn::Cidr" must be of the form [ipBlock, count, cidrBits]'],
    ['{"Fn::Cidr": [10.0.0.0, 1, 8]}', 'The ipBlock of "Fn::Cidr" must be a network such as 10.0.0.0/16, not 10.0.0.0'],
    [
      '{"Fn::Cidr": [10.0.0.0/33, 1, 8]}',
      'The ipBlock of "Fn::Cidr" must be a network such as 10.0.0.0/16, not 10.0.0.0/33',
    ],
    ['{"Fn::Cidr": [10.0.0.0/16, 257, 8]}', 'The count of "Fn::Cidr" must be from 1 to 256, not 257'],
    ['{"Fn::Cidr": [10.0.0.0/16, x, 8]}', 'The count of "Fn::Cidr" must be from 1 to 256, not x'],
    ['{"Fn::Cidr": [10.0.0.0/24, 1, 9]}', 'The cidrBits of "Fn::Cidr" must be from 0 to 8 in a /24, not 9'],
    ['{"Fn::Cidr": [10.0.0.0/24, 5, 6]}', '"Fn::Cidr": 10.0.0.0/24 has no room for 5 networks of 6 bits'],
    ['{"Fn::Length": text}', 'The argument of "Fn::Length" must be a list, not a str'],
    ['{"Fn::ToJsonString": text}', 'The argument of "Fn::ToJsonString" must be a map or a list, not a str'],
  ])('%s is refused', (yaml, message) => {
    expect(
      thrown(() => value(yaml))
        .split(': : ')
        .at(-1),
    ).toBe(message);
  });

  it('read a long text once, however often a variable begins in it', () => {
    const text = '${'.repeat(200_000);
    expect(value(JSON.stringify({ 'Fn::Sub': text }))).toBe(text);
  });

  it('wait for what they are made of, and require it', () => {
    for (const yaml of [
      '{"Fn::Sub": ["${P} ${s.ip} ${x}", {x: {Ref: s}}]}',
      '{"Fn::Length": [{Ref: s}]}',
      '{"Fn::ToJsonString": {a: {Ref: s}}}',
      '{"Fn::Cidr": [{"Fn::GetAtt": [s, cidr]}, 1, 8]}',
    ]) {
      const prepared = planned(one(yaml));
      const left = propertyOf(prepared);
      expect(isKnown(left)).toBe(false);
      expect([...(prepared.definitions.get('r')?.requires ?? [])]).toEqual(['s']);
      const scope: Scope = {
        ...made,
        attribute: (_resource, name) => (name === 'cidr' ? '10.0.0.0/8' : (name ?? null)),
      };
      expect(isKnown(evaluate(decodeExpr(encodeExpr(left)), scope))).toBe(true);
    }
  });

  it('name other conditions, and leave out what shall not be', () => {
    const prepared = planned(
      `Conditions: {a: {"Fn::Equals": [1, 1]}, b: {"Fn::Not": [{Condition: a}]}, c: !And [!Condition a, !Not [!Condition b]]}
Resources:
  r: {Type: T, Condition: c, Properties: {x: !If [b, 1, !Ref AWS::NoValue], y: !Ref AWS::NoValue, z: 1}}`,
    );
    expect(prepared.definitions.get('r')?.properties).toEqual(mapOf([['z', 1n]]));
  });
});

describe('short tags', () => {
  it.each([
    ['!Ref P', 'text'],
    ['!GetAtt s.ip', 'ip-value'],
    ['!GetAtt [s, ip]', 'ip-value'],
    ['!Sub "${P}!"', 'text!'],
    ['!Sub ["${a}", {a: !Ref s}]', 'id-of-s'],
    ['!Join ["-", [!Ref P, !Select [1, !Split [",", "x,y"]]]]', 'text-y'],
    ['!Base64 plain', 'plain'],
    ['!Length [1, 2]', '2'],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toEqual(is(expected));
  });

  it('are there for each function', () => {
    const { functions, conditionFunctions } = extended.get(awsDialect) ?? awsDialect;
    const names = new Set([...functions.keys(), ...(conditionFunctions?.keys() ?? [])]);
    expect([...longForms.values()].sort()).toEqual([...names].sort());
  });

  it('of what is no function are refused, and so are all where they are not switched on', () => {
    expect(thrown(() => planned(one('!ImportValue x')))).toContain("tag '!ImportValue'");
    expect(thrown(() => planned(one('!Ref P'), { isExtended: false }))).toContain("tag '!Ref'");
  });
});

it('none of it is there in Heat: it is data', () => {
  const prepared = planned(one('{"Fn::Sub": "${P}"}'), { isExtended: false });
  expect(propertyOf(prepared)).toEqual(mapOf([['Fn::Sub', '${P}']]));
  expect(thrown(() => planned('Transform: AWS::LanguageExtensions', { isExtended: false }))).toBe(
    'The template section is invalid: Transform',
  );
});

it("AWS's transform is accepted, and no other", () => {
  const outputs = 'Outputs: {o: {Value: !Length [1]}}';
  for (const version of [aws, 'HeatTemplateFormatVersion: 2012-12-12']) {
    const prepared = planned(`Transform: AWS::LanguageExtensions\n${outputs}`, { version });
    expect(outputValue(prepared.outputs.get('o') ?? { value: null }, made)).toEqual({ value: 1n });
  }
  expect(thrown(() => planned(`Transform: [AWS::Serverless-2016-10-31]\n${outputs}`))).toBe(
    'The transform AWS::Serverless-2016-10-31 is not known',
  );
});
