import { describe, expect, it } from 'vitest';
import { expr, hot, planned, thrown } from '../../../test/support/templates.ts';
import { parseYaml } from '../../values/yaml.ts';
import { isCall } from '../expr.ts';
import { parseHead, parseTemplate } from '../template.ts';
import { hotVersions } from './hot.ts';

const dates = [...hotVersions.values()].map(dialect => dialect.version).slice(0, 11);
const since = (first: string, last = '9') => dates.filter(date => date >= first && date < last);

/** Which versions know each function, as the contract's table has it (templates §2); `removed`: told, not data. */
const table: Readonly<Record<string, { known: readonly string[]; removed?: readonly string[] }>> = {
  get_param: { known: dates },
  get_resource: { known: dates },
  get_attr: { known: dates },
  get_file: { known: dates },
  resource_facade: { known: dates },
  list_join: { known: dates },
  str_replace: { known: dates },
  Ref: { known: ['2013-05-23'], removed: since('2014') },
  'Fn::GetAZs': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::Join': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::Split': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::Replace': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::Base64': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::MemberListToMap': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::ResourceFacade': { known: ['2013-05-23'], removed: since('2014') },
  'Fn::Select': { known: since('2013', '2015-10-15'), removed: since('2015-10-15') },
  repeat: { known: since('2015-04-30') },
  digest: { known: since('2015-04-30') },
  str_split: { known: since('2015-10-15') },
  map_merge: { known: since('2016-04-08') },
  yaql: { known: since('2016-10-14') },
  map_replace: { known: since('2016-10-14') },
  if: { known: since('2016-10-14') },
  filter: { known: since('2017-02-24') },
  str_replace_strict: { known: since('2017-02-24') },
  make_url: { known: since('2017-09-01') },
  list_concat: { known: since('2017-09-01') },
  list_concat_unique: { known: since('2017-09-01') },
  str_replace_vstrict: { known: since('2017-09-01') },
  contains: { known: since('2017-09-01') },
};

describe('versions', () => {
  it('are eleven dates and six aliases', () => {
    expect([...hotVersions.keys()]).toEqual([
      '2013-05-23',
      '2014-10-16',
      '2015-04-30',
      '2015-10-15',
      '2016-04-08',
      '2016-10-14',
      '2017-02-24',
      '2017-09-01',
      '2018-03-02',
      '2018-08-31',
      '2021-04-16',
      'newton',
      'ocata',
      'pike',
      'queens',
      'rocky',
      'wallaby',
    ]);
    expect(hotVersions.get('pike')).toBe(hotVersions.get('2017-09-01'));
    expect(parseTemplate(hot('', 'wallaby')).version).toBe('2021-04-16');
  });

  it.each([
    ['{}', 'Template version was not provided'],
    ['{heat_template_version: 2015}', 'Template version was not provided'],
    ['{heat_template_version: null}', 'Template version was not provided'],
    [
      '{heat_template_version: 2015-10-15, AWSTemplateFormatVersion: 2010-09-09}',
      'Ambiguous versions (AWSTemplateFormatVersion, heat_template_version)',
    ],
    [
      '{heat_template_version: Pike}',
      `"heat_template_version: Pike". "heat_template_version" should be one of: ${[...hotVersions.keys()].join(', ')}`,
    ],
    [
      '{heat_template_version: ""}',
      `"heat_template_version: ". "heat_template_version" should be one of: ${[...hotVersions.keys()].join(', ')}`,
    ],
    [
      '{AWSTemplateFormatVersion: x}',
      '"AWSTemplateFormatVersion: x". "AWSTemplateFormatVersion" should be: 2010-09-09',
    ],
  ])('%s is refused', (yaml, message) => {
    expect(thrown(() => parseHead(parseYaml(yaml)))).toBe(`The template version is invalid: ${message}`);
  });

  it('refuse what is no map', () => {
    for (const yaml of ['[a]', 'text', '5', '~']) {
      expect(thrown(() => parseHead(parseYaml(yaml)))).toMatch(
        yaml === '~' ? /not provided|not a JSON/ : /not a JSON object or YAML mapping\.$/,
      );
    }
  });
});

describe('functions', () => {
  it.each(Object.entries(table))('%s is known where the contract says so', (name, { known, removed = [] }) => {
    for (const version of dates) {
      let call: boolean;
      try {
        call = isCall(expr(`{"${name}": null}`, version));
      } catch (error) {
        // Known, and refused for its form or as not built yet.
        expect(String(error)).toContain(`x.${name}: : `);
        call = true;
      }
      expect([version, call]).toEqual([version, known.includes(version) || removed.includes(version)]);
    }
  });

  it('are all of the table and no others', () => {
    for (const dialect of hotVersions.values()) {
      for (const name of dialect.functions.keys()) expect(Object.keys(table)).toContain(name);
    }
  });

  it('are data with two keys, in an unknown version, or by an unknown name', () => {
    for (const yaml of ['{get_param: a, get_file: b}', '{"Fn::Sub": x}', '{Get_Param: a}', '{__proto__: a}']) {
      expect(isCall(expr(yaml))).toBe(false);
    }
    expect(isCall(expr('{repeat: x}', '2014-10-16'))).toBe(false);
  });

  it('that were removed are faults of the finished definition', () => {
    const type = 'resources: {r: {type: T, properties: {p: ';
    const text = 'The template version is invalid: The function Ref is not supported in this version of HOT.';
    expect(thrown(() => planned(`${type}{Ref: a}}}}`, { version: '2016-04-08' }))).toBe(
      `resources.r.properties.p.Ref: : ${text}`,
    );
    expect(thrown(() => planned(`${type}{list_join: ["", [{Ref: a}]]}}}}`))).toBe(
      `resources.r.properties.p.list_join: : [1][0].Ref: ${text}`,
    );
    expect(thrown(() => planned('outputs: {o: {value: {Ref: a}}}'))).toBe(`outputs.o.value.Ref: : ${text}`);
  });
});
