import { describe, expect, it } from 'vitest';
import { expr, scopeOf, thrown } from '../../../test/support/templates.ts';
import { mapOf, type Value } from '../../values/value.ts';
import { parseYaml } from '../../values/yaml.ts';
import { checkCalls } from '../check-calls.ts';
import { decodeExpr, encodeExpr } from '../encode.ts';
import { evaluate } from '../evaluate.ts';
import { isKnown } from '../expr.ts';
import { type Scope, unknown } from '../scope.ts';

const first = '2013-05-23';
const parameters = new Map<string, Value>([
  ['p', 'text'],
  ['list', ['x', 'y']],
]);
const known = scopeOf({
  parameter: name => parameters.get(name),
  reference: name => `id-of-${name}`,
  attribute: (_resource, attribute) => (attribute === 'nothing' ? null : `${attribute}-value`),
  zones: () => ['nova', 'west'],
  facade: () => ({
    metadata: mapOf([['role', 'db']]),
    deletionPolicy: 'Retain',
    updatePolicy: mapOf([['a', 1n]]),
  }),
});
const nothingMade: Scope = { ...known, reference: () => unknown, attribute: () => unknown, zones: () => unknown };
const resources = ['r', 'both'];

const parsed = (yaml: string, version: string) => expr(yaml, version, 'x', resources);
const value = (yaml: string, scope = known, version = first) => evaluate(parsed(yaml, version), scope);
const refusal = (yaml: string, version = first, scope = known) => thrown(() => value(yaml, scope, version));
/** A value as YAML; not a document, which may not be a text alone. */
function is(yaml: string): Value {
  const [only] = parseYaml(`[${yaml}]`) as readonly Value[];
  return only ?? null;
}

describe('functions of 2013-05-23', () => {
  it.each([
    ['{Fn::Base64: "#!/bin/sh"}', '"#!/bin/sh"'],
    ['{Fn::Base64: {get_param: p}}', 'text'],
    ['{Fn::GetAZs: ""}', '[nova, west]'],
    ['{Fn::GetAZs: RegionOne}', '[nova, west]'],
    ['{Fn::GetAZs: {Ref: nobody}}', '[nova, west]'],
    ['{Fn::Select: [1, {Fn::GetAZs: ""}]}', 'west'],
    ['{Fn::Select: [0, [a, b]]}', 'a'],
    ['{Fn::Select: ["1", [a, b]]}', 'b'],
    ['{Fn::Select: [-1, [a, b]]}', 'b'],
    ['{Fn::Select: [true, [a, b]]}', 'b'],
    ['{Fn::Select: [1.9, [a, b]]}', 'b'],
    ['{Fn::Select: [2, [a, b]]}', '""'],
    ['{Fn::Select: [-3, [a, b]]}', '""'],
    ['{Fn::Select: [0, [null]]}', 'null'],
    ['{Fn::Select: [k, {k: {deep: 1}}]}', '{deep: 1}'],
    ['{Fn::Select: [k, {k: null}]}', 'null'],
    ['{Fn::Select: [missing, {k: v}]}', '""'],
    [`{Fn::Select: [1, '["a", 5]']}`, '5'],
    [`{Fn::Select: [k, '{"k": "v"}']}`, 'v'],
    ['{Fn::Select: [0, null]}', '""'],
    ['{Fn::Select: [x, ""]}', '""'],
    ['{Fn::Select: [x, "null"]}', '""'],
    ['{Fn::Select: [0, {get_attr: [r, nothing]}]}', '""'],
    ['{Fn::Split: [",", "a,b,,c"]}', '[a, b, "", c]'],
    ['{Fn::Split: ["ab", "xabyab"]}', '[x, y, ""]'],
    ['{Fn::Split: [".", "a,b"]}', '["a,b"]'],
    ['{Fn::Join: ["-", {Fn::Split: [",", "a,b"]}]}', 'a-b'],
    ['{Fn::Replace: [{$a: 1, $ab: two}, "$a $ab $c"]}', '1 two $c'],
    ['{Fn::Replace: [{a: null, b: true}, "a=b"]}', '=True'],
    ['{Fn::Replace: [{}, "as it is"]}', 'as it is'],
    [
      '{Fn::MemberListToMap: [Name, Value, [.member.0.Name=a, .member.0.Value=b=c, .member.1.Name=d, .member.1.Value=]]}',
      '{a: b=c, d: ""}',
    ],
    // By number, whatever the order; one half alone is nothing; of two equal names the last number's counts.
    [
      '{Fn::MemberListToMap: [N, V, [.member.10.V=2, .member.9.V=1, .member.10.N=k, .member.9.N=k, .member.3.N=x, other=1]]}',
      '{k: "2"}',
    ],
    ['{Fn::MemberListToMap: [Name, Value, []]}', '{}'],
    ['{Fn::MemberListToMap: [Name, Value, ""]}', '{}'],
    ['{Ref: p}', 'text'],
    ['{Ref: list}', '[x, y]'],
    ['{Ref: r}', 'id-of-r'],
    ['{Ref: both}', 'id-of-both'],
    ['{resource_facade: metadata}', '{role: db}'],
    ['{resource_facade: deletion_policy}', 'Retain'],
    ['{resource_facade: update_policy}', '{a: 1}'],
    ['{Fn::ResourceFacade: Metadata}', '{role: db}'],
    ['{Fn::ResourceFacade: DeletionPolicy}', 'Retain'],
    ['{Fn::ResourceFacade: UpdatePolicy}', '{a: 1}'],
  ])('%s is %s', (yaml, expected) => {
    expect(value(yaml)).toEqual(is(expected));
  });

  it.each([
    ['{Fn::Base64: [a]}', '"Fn::Base64" argument must be a string'],
    ['{Fn::Base64: 1}', '"Fn::Base64" argument must be a string'],
    ['{Fn::Base64: null}', '"Fn::Base64" argument must be a string'],
    ['{Fn::Select: [0]}', 'x.Fn::Select: : Arguments to "Fn::Select" must be of the form [index, collection]'],
    ['{Fn::Select: text}', 'x.Fn::Select: : Arguments to "Fn::Select" must be of the form [index, collection]'],
    ['{Fn::Select: [x, [a]]}', 'Index to "Fn::Select" must be an integer'],
    ['{Fn::Select: [null, [a]]}', 'Index to "Fn::Select" must be an integer'],
    ['{Fn::Select: [0, {k: v}]}', 'Index to "Fn::Select" must be a string'],
    ['{Fn::Select: [0, 5]}', 'Arguments to Fn::Select not fully resolved'],
    ['{Fn::Select: [0, "\\"text\\""]}', 'Arguments to Fn::Select not fully resolved'],
    [
      '{Fn::Split: "a,b"}',
      'x.Fn::Split: : Incorrect arguments to "Fn::Split" should be: "Fn::Split" : [ ",", "str1,str2"]]',
    ],
    [
      '{Fn::Split: [",", a, b]}',
      'x.Fn::Split: : Incorrect arguments to "Fn::Split" should be: "Fn::Split" : [ ",", "str1,str2"]]',
    ],
    ['{Fn::Split: [1, "a"]}', 'Delimiter for Fn::Split must be string'],
    ['{Fn::Split: [{get_param: p}, "a"]}', 'Delimiter for Fn::Split must be string'],
    ['{Fn::Split: [",", [a]]}', "String to split must be string; got <class 'list'>"],
    ['{Fn::Split: [",", null]}', "String to split must be string; got <class 'NoneType'>"],
    ['{Fn::Split: ["", a]}', 'empty separator'],
    [
      '{Fn::Replace: {a: b}}',
      'x.Fn::Replace: : Incorrect arguments to "Fn::Replace" should be: {"Fn::Replace": [ {"$var1": "foo", "%var2%": "bar"}, "$var1 is %var2%"]}',
    ],
    ['{Fn::Replace: [x, y]}', 'x.Fn::Replace: : "Fn::Replace" parameters must be a mapping'],
    ['{Fn::Replace: [{a: [1]}, a]}', '"Fn::Replace" params must be strings or numbers, param a is not valid'],
    ['{Fn::Replace: [{a: b}, 5]}', '"Fn::Replace" template must be a string'],
    ['{Fn::MemberListToMap: [N, V, 5]}', 'Member list must be a list'],
    ['{Fn::MemberListToMap: [N, V, null]}', 'Member list must be a list'],
    ['{Fn::MemberListToMap: [N, V, [1]]}', 'Member list items must be strings'],
    ['{Fn::MemberListToMap: [1, V, []]}', 'x.Fn::MemberListToMap: : Fn::MemberListToMap Key Name must be a string'],
    [
      '{Fn::MemberListToMap: [N, {get_param: p}, []]}',
      'x.Fn::MemberListToMap: : Fn::MemberListToMap Value Name must be a string',
    ],
    ['{Ref: missing}', 'The specified reference "missing" (in unknown) is incorrect.'],
    ['{Ref: 5}', 'The specified reference "5" (in unknown) is incorrect.'],
    ['{Ref: [p]}', 'x.Ref: : Argument to "Ref" must be the name of a resource or a parameter'],
    [
      '{resource_facade: nope}',
      'x.resource_facade: : Incorrect arguments to "resource_facade" should be one of: metadata, deletion_policy, update_policy',
    ],
    [
      '{Fn::ResourceFacade: metadata}',
      'x.Fn::ResourceFacade: : Incorrect arguments to "Fn::ResourceFacade" should be one of: Metadata, DeletionPolicy, UpdatePolicy',
    ],
  ])('%s is refused', (yaml, expected) => {
    expect(refusal(yaml)).toBe(expected);
  });

  it('a list of members wants names and values', () => {
    expect(refusal('{Fn::MemberListToMap: [N, V]}')).toContain('Wrong Arguments try: ');
    expect(refusal('{Fn::MemberListToMap: [N, V, [text]]}')).toContain('.member.0.Name=value, not text');
  });

  it('a facade is nothing outside of a nested stack', () => {
    expect(refusal('{resource_facade: metadata}', first, scopeOf())).toContain('stands for a resource');
  });

  it('Fn::Select with a text that is no JSON says where', () => {
    expect(refusal('{Fn::Select: [0, "a,b"]}')).toMatch(/^"Fn::Select": .*line 1 column 1/);
  });
});

describe('what waits for a resource', () => {
  it.each([
    '{Fn::Base64: {get_resource: r}}',
    '{Fn::Select: [0, {get_attr: [r, a]}]}',
    '{Fn::Split: [",", {get_attr: [r, a]}]}',
    '{Fn::Replace: [{x: {Ref: r}}, "x and y"]}',
    '{Fn::Replace: [{get_attr: [r, a]}, "x"]}',
    '{Fn::MemberListToMap: [Name, Value, [{get_attr: [r, a]}]]}',
    '{Ref: r}',
    '{Fn::GetAZs: ""}',
    '{Fn::Join: [",", [{Ref: p}, {Ref: r}]]}',
  ])('%s stays a call, and is finished later', yaml => {
    const left = evaluate(parsed(yaml, first), nothingMade);
    expect(isKnown(left)).toBe(false);
    const kept = decodeExpr(encodeExpr(left));
    const finished = () => evaluate(kept, known);
    const atOnce = () => value(yaml);
    let expected: unknown;
    try {
      expected = atOnce();
    } catch (error) {
      expect(finished).toThrow(error instanceof Error ? error.message : '');
      return;
    }
    expect(finished()).toEqual(expected);
  });
});

describe('make_url', () => {
  const latest = '2021-04-16';
  const url = (yaml: string) => value(`{make_url: ${yaml}}`, known, latest);
  it.each([
    ['{scheme: http, host: example.com, port: 80, path: /a/b}', 'http://example.com:80/a/b'],
    ['{scheme: http, host: example.com, path: a b}', 'http://example.com/a%20b'],
    ['{scheme: https, username: a/b, password: "p:@", host: h}', 'https://a%2Fb:p%3A%40@h'],
    ['{scheme: http, password: p, host: h}', 'http://:p@h'],
    ['{host: h}', '//h'],
    ['{scheme: http, port: "80"}', 'http://:80'],
    ['{scheme: http, host: "::1", port: 8000}', 'http://[::1]:8000'],
    ['{scheme: http, host: "[fe80::1]"}', 'http://[fe80::1]'],
    [
      '{scheme: http, host: h, query: {b c: d/e, "ä": 1, n: null, t: true}, fragment: "x y"}',
      'http://h?b+c=d/e&%C3%A4=1&n=None&t=True#x%20y',
    ],
    ['{scheme: file, path: /etc/passwd}', 'file:///etc/passwd'],
    ['{scheme: urn, path: a}', 'urn:a'],
    ['{path: //a}', '//a'],
    ['{}', ''],
    ['{host: "a b~c_d.e-f"}', '//a%20b~c_d.e-f'],
  ])('%s is %s', (yaml, expected) => {
    expect(url(yaml)).toBe(expected);
  });

  const checked = (yaml: string) =>
    thrown(() =>
      checkCalls(parsed(`{make_url: ${yaml}}`, latest), {
        evaluate: each => each,
        exists: () => true,
        attributesOf: () => undefined,
      }),
    );
  it.each([
    ['text', 'The arguments to "make_url" must be a map'],
    ['{get_param: p}', 'The arguments to "make_url" must be a map'],
    ['{host: h, prot: x, nope: y}', 'Invalid arguments to "make_url": nope, prot'],
    ['{host: 5}', 'The "host" argument to "make_url" must be a string'],
    ['{fragment: null}', 'The "fragment" argument to "make_url" must be a string'],
    ['{query: text}', 'The "query" argument to "make_url" must be a map'],
    ['{port: 0}', 'Invalid URL port 0, must be in range 1-65535'],
    ['{port: 65536}', 'Invalid URL port 65536, must be in range 1-65535'],
    ['{port: x}', "Invalid URL port \"x\" for make_url called with {'port': 'x'}"],
  ])('%s is refused in a definition, and when resolved', (yaml, expected) => {
    expect(checked(yaml)).toBe(`x.make_url: : ${expected}`);
    if (!yaml.includes('get_param')) expect(thrown(() => url(yaml))).toBe(expected);
  });

  it('refuses what only turns out when all is known', () => {
    expect(thrown(() => url('{scheme: "a:b"}'))).toBe('URL "scheme" should not contain \':\'');
    expect(thrown(() => url('{host: {get_param: list}}'))).toBe('The "host" argument to "make_url" must be a string');
  });

  it('waits for what it is made of', () => {
    const left = evaluate(parsed('{make_url: {scheme: http, host: {get_attr: [r, ip]}}}', latest), nothingMade);
    expect(isKnown(left)).toBe(false);
    expect(evaluate(left, known)).toBe('http://ip-value');
  });
});
