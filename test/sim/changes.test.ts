import { describe, expect, it } from 'vitest';
import { changed, changeKinds, mended } from './changes.ts';
import { SimDice } from './dice.ts';
import { type Draft, renamed, usesOf, withoutAttributes } from './drafts.ts';
import { bad, type Flavour, type MadeTemplate, TemplateMaker } from './templates.ts';

/** Why a template could not be planned; undefined: it could. */
function wrong({ drafts }: MadeTemplate): string | undefined {
  const seen = new Set<string>();
  for (const draft of drafts) {
    const missing = usesOf(draft).find(name => !seen.has(name));
    if (missing !== undefined) return `${draft.name} uses ${missing}, which is not before it`;
    if (seen.has(draft.name)) return `${draft.name} is there twice`;
    seen.add(draft.name);
  }
  const slots = drafts.map(({ properties }) => properties['slot']).filter(slot => slot !== undefined);
  return new Set(slots).size === slots.length ? undefined : 'a slot is held twice';
}

describe('a changed template', () => {
  it('can be planned, whatever was changed of it how often; every kind of change comes up', () => {
    const maker = new TemplateMaker(new SimDice('changes'), () => 'somebody-elses');
    const met = new Set<string>();
    for (const flavour of ['any', 'local', 'cloud', 'tree'] satisfies Flavour[]) {
      for (let run = 0; run < 40; run++) {
        let made = maker.make(6, flavour);
        for (let i = 0; i < 6; i++) {
          const { template, kinds } = changed(maker, made);
          for (const kind of kinds) met.add(kind);
          expect(wrong(template), template.text).toBeUndefined();
          expect(template.id === made.id).toBe(kinds.length === 0 && template === made);
          made = template;
        }
        const sound = mended(maker, made);
        expect([sound.fails, sound.hangs]).toEqual([false, false]);
        expect(sound.drafts.some(({ name }) => name === bad)).toBe(false);
      }
    }
    expect([...met].sort()).toEqual([...changeKinds].sort());
  });
});

describe('drafts', () => {
  const draft = (name: string, properties: Draft['properties']): Draft => ({
    name,
    type: 'OS::Heat::Value',
    properties,
    dependsOn: [],
  });

  it('are referred to under their new name', () => {
    const value = {
      str_replace: { template: 'a', params: { x: { get_attr: ['a', 'value'] }, y: { get_resource: 'a' } } },
    };
    const [, user] = renamed([draft('a', {}), draft('b', { value })], 'a', 'c');
    expect(user && usesOf(user)).toEqual(['c']);
    expect(JSON.stringify(user?.properties)).not.toContain('"a","value"');
  });

  it('are referred to as a whole where their attributes may be others', () => {
    const value = { get_attr: ['a', 'value'] };
    expect(withoutAttributes(draft('b', { value }), 'a').properties).toEqual({ value: { get_resource: 'a' } });
    expect(withoutAttributes(draft('b', { value }), 'c').properties).toEqual({ value });
  });
});
