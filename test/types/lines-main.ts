/** `node dist/test/types/lines-main.js`: how long each type's declaration is, as a table. */
import { createRegistry } from '../../engine/resources/registry.ts';
import { declarations, linesTable } from './lines.ts';
import { typeSources } from './sources.ts';

console.log(linesTable(declarations(createRegistry().names(), typeSources())));
