/** The cases of the template language, by what they are about. */
import { createRegistry } from '../../../engine/resources/registry.ts';
import type { Case } from './case.ts';
import { conditionCases } from './conditions.ts';
import { constraintCases } from './constraints.ts';
import { environmentCases } from './environments.ts';
import { fieldCases, fieldCasesOf } from './field.ts';
import { functionCases } from './grid.ts';
import { nestedCases } from './nested.ts';
import { parameterCases } from './parameters.ts';
import { propertyCases } from './properties.ts';
import { sectionCases } from './sections.ts';
import { yamlCases } from './yaml.ts';

const made: readonly Case[] = [
  ...sectionCases,
  ...yamlCases,
  ...functionCases,
  ...conditionCases,
  ...parameterCases,
  ...constraintCases,
  ...propertyCases,
  ...environmentCases,
  ...nestedCases,
];

/** What real Heat is asked: also what will be compared when there are more types here. */
export const recordedCases: readonly Case[] = [...made, ...fieldCases.map(each => each.of)];

export const templateCases: readonly Case[] = [...made, ...fieldCasesOf(createRegistry())];
