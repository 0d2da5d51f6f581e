/** docs/types: a page of each type, made of its declaration and of its entry in the table of types. Pure. */
import { Document, visit } from 'yaml';
import type { ResourceType } from '../../engine/kit/resource.ts';
import type { PropertySchema, PropertySchemas, SupportStatus } from '../../engine/kit/schema.ts';
import type { Constraint, Num } from '../../engine/template/constraints.ts';
import { floatNumber } from '../../engine/values/floats.ts';
import { writeJson } from '../../engine/values/json.ts';
import type { Value } from '../../engine/values/value.ts';
import { exampleOf } from './examples.ts';

export const command = 'npm run docs';

const head = (title: string): string =>
  `# ${title}\n\n<!-- Made by \`${command}\` from the declarations: a change here is lost. -->\n`;

/** The name of a type's page. */
export function fileOf(name: string): string {
  return `${name.replaceAll('::', '-')}.md`;
}

/** All pages by their names, for the types that are shown. */
export function pagesOf(types: readonly ResourceType[]): ReadonlyMap<string, string> {
  const shown = types.filter(({ support }) => support.status !== 'HIDDEN');
  return new Map([
    ['README.md', indexOf(shown)],
    ...shown.map((type): [string, string] => [fileOf(type.name), pageOf(type)]),
  ]);
}

function indexOf(types: readonly ResourceType[]): string {
  const services = new Map<string, ResourceType[]>();
  for (const type of types) {
    const service = type.name.slice(0, type.name.lastIndexOf('::'));
    services.set(service, [...(services.get(service) ?? []), type]);
  }
  const sections = [...services].map(([service, all]) => {
    const rows = all.map(type => `| [${type.name}](${fileOf(type.name)}) | ${cell(type.description ?? '')} |`);
    return `\n## ${service}\n\n| type | |\n|---|---|\n${rows.join('\n')}\n`;
  });
  const intro = `\n${types.length} resource types. Types of your own: [plug-ins](../plugins.md).\n`;
  return `${head('Resource types')}${intro}${sections.join('')}`;
}

function pageOf(type: ResourceType): string {
  const { name, description, support } = type;
  const about = [description, supportText(support)].filter(text => text !== undefined && text !== '').join(' ');
  const parts = [
    head(name),
    `${about}\n`,
    example(type),
    propertiesPart(type),
    updatesPart(type),
    attributesPart(type),
    policyPart(type),
  ];
  return parts.filter(part => part !== '').join('\n');
}

function example({ name }: ResourceType): string {
  const template = exampleOf(name);
  if (template === undefined) return '';
  const document = new Document(template);
  visit(document, {
    Map: (_, node) => {
      // References read best in one line.
      if (node.items.length === 1 && /^get_/.test(String(node.items[0]?.key))) node.flow = true;
    },
  });
  return `\`\`\`yaml\n${document.toString({ lineWidth: 110 })}\`\`\`\n`;
}

function propertiesPart({ properties, anyProperties }: ResourceType): string {
  if (anyProperties) return '## Properties\n\nAny; none is looked at.\n';
  const rows = rowsOf(properties, '');
  if (rows.length === 0) return '## Properties\n\nNone.\n';
  return `## Properties\n\n| property | type | default | a change | |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function rowsOf(schemas: PropertySchemas, before: string): readonly string[] {
  return Object.entries(schemas)
    .filter(([, { support, implemented }]) => support.status !== 'HIDDEN' && implemented)
    .flatMap(([name, schema]) => {
      const path = `${before}${name}`;
      const inner = schema.children ?? schema.element?.children;
      const below = inner === undefined ? [] : rowsOf(inner, `${path}${schema.type === 'list' ? '[]' : ''}.`);
      return [rowOf(path, schema, before === ''), ...below];
    });
}

function rowOf(path: string, schema: PropertySchema, isOuter: boolean): string {
  const { description = '', support, element } = schema;
  const type = schema.type === 'list' && element !== undefined ? `list of ${element.type}s` : schema.type;
  const what = [
    description,
    ...[...schema.constraintList, ...(element?.constraintList ?? [])].map(each => constraintText(each, schema.type)),
    supportText(support),
  ];
  const change = isOuter ? changeText(schema) : '';
  const text = cell(what.filter(each => each !== '').join(' '));
  return `| \`${path}\` | ${type} | ${defaultText(schema)} | ${change} | ${text} |`;
}

function changeText({ updateAllowed, immutable }: PropertySchema): string {
  if (immutable) return 'refused';
  return updateAllowed ? 'in place' : 'replaces';
}

function defaultText({ isRequired, defaultValue }: PropertySchema): string {
  if (isRequired) return '**required**';
  return defaultValue === undefined ? '' : code(valueText(defaultValue));
}

function valueText(value: Value): string {
  return typeof value === 'string' && value !== '' ? value : writeJson(value);
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

/** What a table's cell may hold. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

function constraintText(constraint: Constraint, type: string): string {
  switch (constraint.kind) {
    case 'range':
      return `${between(constraint.min, constraint.max)}.`;
    case 'length':
      return `${between(constraint.min, constraint.max)} ${type === 'list' || type === 'map' ? 'entries' : 'characters'}.`;
    case 'modulo':
      return `A multiple of ${numberText(constraint.step)}${asNumber(constraint.offset) === 0 ? '' : `, and ${numberText(constraint.offset)} more`}.`;
    case 'allowed_values':
      return `One of ${constraint.values.map(value => code(valueText(value))).join(', ')}.`;
    case 'allowed_pattern':
      return `Matches ${code(constraint.pattern)}.`;
    case 'custom_constraint':
      return /\./.test(constraint.name)
        ? `Looked up as ${code(constraint.name)}.`
        : `Checked as ${code(constraint.name)}.`;
  }
}

function between(min: Num | undefined, max: Num | undefined): string {
  if (min === undefined) return `At most ${numberText(max ?? 0n)}`;
  return max === undefined ? `At least ${numberText(min)}` : `${numberText(min)} to ${numberText(max)}`;
}

function asNumber(value: Num): number {
  return typeof value === 'bigint' ? Number(value) : floatNumber(value);
}

function numberText(value: Num): string {
  return typeof value === 'bigint' ? String(value) : value.float;
}

function supportText({ status, version, message }: SupportStatus): string {
  const since = version === undefined ? '' : ` since ${version}`;
  if (status === 'SUPPORTED') return version === undefined ? '' : `Since ${version}.`;
  const word = status.charAt(0) + status.slice(1).toLowerCase();
  return cell(`${word}${since}${message === undefined ? '.' : `: ${message}`}`);
}

function updatesPart({ life, properties, anyProperties }: ResourceType): string {
  if (anyProperties) return '';
  const shown = Object.entries(properties).filter(
    ([, { support, implemented }]) => support.status !== 'HIDDEN' && implemented,
  );
  if (shown.length === 0) return '';
  const names = (which: (schema: PropertySchema) => boolean): string =>
    shown.flatMap(([name, schema]) => (which(schema) ? [`\`${name}\``] : [])).join(', ');
  const noUpdate = life.kind !== 'nested' && life.update === undefined;
  const replacing = names(schema => !schema.updateAllowed && !schema.immutable);
  const refused = names(({ immutable }) => immutable);
  const others =
    replacing === ''
      ? 'Every change is made in place.'
      : `A change of ${replacing} makes another one; all others are made in place.`;
  const all = noUpdate || names(schema => schema.updateAllowed) === '' ? 'Every change makes another one.' : others;
  return `## Updates\n\n${all}${refused === '' ? '' : ` A change of ${refused} is refused.`}\n`;
}

function attributesPart({ attributes }: ResourceType): string {
  const rows = Object.entries(attributes)
    .filter(([, { support }]) => support.status !== 'HIDDEN')
    .map(([name, { type, description = '', support }]) => {
      const text = [description, supportText(support)].filter(each => each !== '').join(' ');
      return `| \`${name}\` | ${type ?? ''} | ${cell(text)} |`;
    });
  return `## Attributes\n\n| attribute | type | |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function policyPart({ updatePolicy }: ResourceType): string {
  if (updatePolicy === undefined) return '';
  const rows = rowsOf(updatePolicy, '').map(row => row.replace(/\| (?:in place|replaces|refused) (\|[^|]*\|)$/, '$1'));
  return `## update_policy\n\n| entry | type | default | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
