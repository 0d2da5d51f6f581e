/**
 * A case of the template language is data: a template with its files, environment and parameters, and what is asked
 * with it. Nothing here knows whom it is put to (ask.ts). Most cases are made of tables: one line there is a case for
 * every version that it applies to.
 */
import type { Json } from '../scenario.ts';

export type Ask = 'validate' | 'preview' | 'create';

/** A request's body, without the stack's name. */
export interface Body {
  readonly template: Json;
  readonly parameters?: Json;
  readonly environment?: Json;
  readonly environment_files?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** What a case shows: this function (or constraint) in this version, used well, wrongly, or not known there. */
export interface Cell {
  readonly table: 'functions' | 'constraints';
  readonly row: string;
  readonly column: Column;
  readonly kind: 'good' | 'bad' | 'data';
}

export interface Case {
  /** `group/…`; unlike any other. */
  readonly name: string;
  /** The contract's section (../shared/heat/templates.md). */
  readonly row: string;
  readonly asks: readonly Ask[];
  readonly body: Body;
  readonly cells: readonly Cell[];
}

export const hotDates = [
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
] as const;
export type HotDate = (typeof hotDates)[number];
/** `aws`: AWSTemplateFormatVersion 2010-09-09; `heat`: HeatTemplateFormatVersion 2012-12-12. */
export type Column = HotDate | 'aws' | 'heat';
export const columns: readonly Column[] = [...hotDates, 'aws', 'heat'];
export const newest: HotDate = '2021-04-16';

export type Parts = Readonly<Record<string, Json>>;

export const isHot = (column: Column): column is HotDate => column !== 'aws' && column !== 'heat';

/** A template's version key and its value. */
export function versionOf(column: Column): Parts {
  if (column === 'aws') return { AWSTemplateFormatVersion: '2010-09-09' };
  if (column === 'heat') return { HeatTemplateFormatVersion: '2012-12-12' };
  return { heat_template_version: column };
}

/** A template of any version; empty sections are left out. Sections have HOT's names. */
export function template(column: Column, sections: Parts): Parts {
  const filled = Object.entries(sections).filter(([, parts]) => !isEmpty(parts));
  const name = (section: string): string => (isHot(column) ? section : section[0]!.toUpperCase() + section.slice(1));
  return { ...versionOf(column), ...Object.fromEntries(filled.map(([section, parts]) => [name(section), parts])) };
}

const isEmpty = (parts: Json | undefined): boolean =>
  parts === undefined ||
  (typeof parts === 'object' && parts !== null && !Array.isArray(parts) && Object.keys(parts).length === 0);

export interface Given extends Omit<Body, 'template'> {
  readonly asks?: readonly Ask[];
  readonly cells?: readonly Cell[];
}

export function one(name: string, row: string, text: Json, given: Given = {}): Case {
  const { asks = ['validate', 'preview'], cells = [], ...rest } = given;
  return { name, row, asks, cells, body: { template: text, ...rest } };
}

/** A resource in either spelling. */
export const value = (column: Column, of: Json, rest: Parts = {}): Json =>
  isHot(column)
    ? { type: 'OS::Heat::Value', properties: { value: of, ...rest } }
    : { Type: 'OS::Heat::Value', Properties: { value: of, ...rest } };

/** Outputs `o0`, `o1`, … */
export const outputs = (column: Column, values: readonly Json[]): Parts =>
  Object.fromEntries(values.map((each, i) => [`o${i}`, isHot(column) ? { value: each } : { Value: each }]));
