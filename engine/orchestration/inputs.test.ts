import { expect, it } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { weightOf } from './inputs.ts';

const yaml = (chars: number): string => `heat_template_version: 2021-04-16\n${'#'.repeat(chars)}`;
const json = (chars: number): string => ` {"heat_template_version": "2021-04-16"${' '.repeat(chars)}}`;
const weight = (template: string, files = '{}'): number => weightOf({ template, environment: '{}', files });

it('sends YAML to a thread earlier than JSON, and for files only where templates are among them', () => {
  const most = limits.computeInlineChars;
  expect(weight(json(60_000))).toBeLessThan(most);
  expect(weight(json(66_000))).toBeGreaterThan(most);
  expect(weight(yaml(16_000))).toBeLessThan(most);
  expect(weight(yaml(17_000))).toBeGreaterThan(most);
  expect(weight(yaml(10), JSON.stringify({ 'a.sh': 'x'.repeat(900_000) }))).toBeLessThan(most);
  expect(weight(yaml(10), JSON.stringify({ 'a.yaml': yaml(17_000) }))).toBeGreaterThan(most);
  expect(
    weight(
      yaml(10),
      JSON.stringify({ 'a.template': `{"AWSTemplateFormatVersion": "2010-09-09"}${' '.repeat(17_000)}` }),
    ),
  ).toBeGreaterThan(most);
});

it('sends to a thread what may hold aliases: they stand for more than one sees', () => {
  const most = limits.computeInlineChars;
  for (const text of ['a: &x [1]', 'a:\n&x b', '{a: [&x 1]}']) {
    expect(weight(`${yaml(10)}\n${text}`)).toBeGreaterThan(most);
    expect(weight(yaml(10), JSON.stringify({ 'a.yaml': text }))).toBeGreaterThan(most);
  }
  expect(weight(`${yaml(10)}\n# make >log 2>&1 && make check`)).toBeLessThan(most);
});
