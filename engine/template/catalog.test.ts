import { describe, expect, it } from 'vitest';
import { functionsListed, versionsListed } from './catalog.ts';

const names = (version: string, withConditions = false) =>
  functionsListed(`heat_template_version.${version}`, withConditions)?.map(({ name }) => name);

describe('template versions', () => {
  it('are listed by date, with their aliases', () => {
    const versions = versionsListed();
    expect(versions).toHaveLength(13);
    expect(versions.slice(0, 3)).toEqual([
      { version: 'AWSTemplateFormatVersion.2010-09-09', type: 'cfn', aliases: [] },
      { version: 'HeatTemplateFormatVersion.2012-12-12', type: 'cfn', aliases: [] },
      { version: 'heat_template_version.2013-05-23', type: 'hot', aliases: [] },
    ]);
    expect(versions[9]).toEqual({
      version: 'heat_template_version.2017-09-01',
      type: 'hot',
      aliases: ['heat_template_version.pike'],
    });
  });
});

describe('template functions', () => {
  it('are those of the version, by date or alias', () => {
    expect(names('2013-05-23')).toEqual([
      'Fn::Base64',
      'Fn::GetAZs',
      'Fn::Join',
      'Fn::MemberListToMap',
      'Fn::Replace',
      'Fn::ResourceFacade',
      'Fn::Select',
      'Fn::Split',
      'Ref',
      'get_attr',
      'get_file',
      'get_param',
      'get_resource',
      'list_join',
      'resource_facade',
      'str_replace',
    ]);
    expect(names('2014-10-16')).not.toContain('Fn::Join');
    expect(names('2016-04-08')).not.toContain('if');
    expect(names('newton')).toContain('if');
    expect(names('newton')).toEqual(names('2016-10-14'));
    expect(names('2017-09-01')).toEqual(expect.arrayContaining(['contains', 'list_concat_unique']));
  });

  it('have those of conditions only when asked, and that changes nothing for the next who asks', () => {
    expect(names('queens', true)).toEqual(expect.arrayContaining(['and', 'equals', 'not', 'or']));
    expect(names('queens')).not.toContain('equals');
    expect(names('2016-04-08', true)).toEqual(names('2016-04-08'));
    expect(names('queens', true)?.filter(name => name === 'contains')).toHaveLength(1);
  });

  it("of CloudFormation's dialects are theirs", () => {
    const of = (version: string, withConditions: boolean) =>
      functionsListed(version, withConditions)?.map(({ name }) => name);
    expect(of('HeatTemplateFormatVersion.2012-12-12', true)).toEqual([
      'Fn::Base64',
      'Fn::FindInMap',
      'Fn::GetAZs',
      'Fn::GetAtt',
      'Fn::Join',
      'Fn::MemberListToMap',
      'Fn::Replace',
      'Fn::ResourceFacade',
      'Fn::Select',
      'Fn::Split',
      'Ref',
    ]);
    expect(of('AWSTemplateFormatVersion.2010-09-09', false)).toContain('Fn::If');
    expect(of('AWSTemplateFormatVersion.2010-09-09', true)).toEqual(
      expect.arrayContaining(['Fn::And', 'Fn::Equals', 'Fn::Not', 'Fn::Or']),
    );
  });

  it('of AWS alone are listed where they are switched on', () => {
    const listed = functionsListed('AWSTemplateFormatVersion.2010-09-09', true, true);
    expect(listed?.map(({ name }) => name)).toEqual(expect.arrayContaining(['Condition', 'Fn::Cidr', 'Fn::Sub']));
    expect(functionsListed('heat_template_version.rocky', true, true)).toEqual(
      functionsListed('heat_template_version.rocky', true),
    );
  });

  it('all have a description; that of get_file is a fixed text', () => {
    for (const { version } of versionsListed()) {
      for (const { description } of functionsListed(version, true) ?? []) expect(description).toMatch(/^[A-Z].*\.$/);
    }
    const listed = functionsListed('heat_template_version.2013-05-23', false) ?? [];
    expect(listed.find(({ name }) => name === 'get_file')?.description).toBe('A function for including a file inline.');
  });

  it('of what is no version are none', () => {
    expect(functionsListed('2013-05-23', false)).toBeUndefined();
    expect(functionsListed('heat_template_version.kilo', false)).toBeUndefined();
    expect(functionsListed('AWSTemplateFormatVersion.2012-12-12', false)).toBeUndefined();
  });
});
