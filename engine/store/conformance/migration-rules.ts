/**
 * What a migration must not do, so that the release before can live with it: its nodes run beside the new ones while a
 * cluster is upgraded, and may have to come back. They read and write the columns that they know, and no others.
 *
 * What is in the way of that is added in one release and taken away in the next but one: a release that no longer uses
 * a column comes first, and only the one after it may drop it (then the statement is named in `allowed`).
 */
import { parse } from 'libpg-query';

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
const nodeIn = (value: unknown, name: string): Node | undefined => {
  const inner = isNode(value) ? value[name] : undefined;
  return isNode(inner) ? inner : undefined;
};

/** Subtypes of ALTER TABLE after which the release before can neither fail nor miss anything. */
const harmless = new Set([
  'AT_AddColumn',
  'AT_ColumnDefault',
  'AT_DropNotNull',
  'AT_SetStatistics',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
]);

function addedColumn(command: Node): string[] {
  const column = nodeIn(command['def'], 'ColumnDef');
  const kinds = listOf(column?.['constraints']).map(each => String(nodeIn(each, 'Constraint')?.['contype']));
  const name = String(column?.['colname']);
  const narrowing = kinds.filter(kind => ['CONSTR_CHECK', 'CONSTR_UNIQUE', 'CONSTR_FOREIGN'].includes(kind));
  const found = narrowing.map(kind => `column ${name} with ${kind.slice(7)}`);
  const required = kinds.includes('CONSTR_NOTNULL') || kinds.includes('CONSTR_PRIMARY');
  if (required && !kinds.includes('CONSTR_DEFAULT')) found.push(`column ${name} NOT NULL without a default`);
  return found;
}

function altered(statement: Node): string[] {
  return listOf(statement['cmds']).flatMap(each => {
    const command = nodeIn(each, 'AlterTableCmd') ?? {};
    const subtype = String(command['subtype']);
    if (subtype === 'AT_AddColumn') return addedColumn(command);
    return harmless.has(subtype) ? [] : [subtype.slice(3)];
  });
}

const droppable = new Set(['OBJECT_INDEX']);

/**
 * Why the release before could not live with these statements, each with the reason; `uniqueIndexes`: names of those
 * that it relies on (ON CONFLICT). Tables that the same migration makes are its own.
 */
export async function breaksThePrevious(
  statements: readonly string[],
  uniqueIndexes: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const own = new Set<string>();
  const found: string[] = [];
  for (const text of statements) {
    const tree = (await parse(text)) as { readonly stmts?: readonly { readonly stmt?: Node }[] };
    for (const { stmt = {} } of tree.stmts ?? []) {
      const [kind = '', body] = Object.entries(stmt)[0] ?? [];
      found.push(...wrongIn(kind, isNode(body) ? body : {}, own, uniqueIndexes));
    }
  }
  return found;
}

function wrongIn(kind: string, body: Node, own: Set<string>, uniqueIndexes: ReadonlySet<string>): readonly string[] {
  const relation = String(isNode(body['relation']) ? body['relation']['relname'] : '');
  switch (kind) {
    case 'CreateStmt':
      own.add(relation);
      return [];
    case 'InsertStmt':
      return [];
    case 'IndexStmt':
      return body['unique'] === true && !own.has(relation) ? [`UNIQUE index on ${relation}`] : [];
    case 'AlterTableStmt':
      return own.has(relation) ? [] : altered(body).map(what => `${relation}: ${what}`);
    case 'DropStmt': {
      if (!droppable.has(String(body['removeType']))) return [`DROP ${String(body['removeType']).slice(7)}`];
      const names = JSON.stringify(body['objects']);
      return [...uniqueIndexes].filter(name => names.includes(`"${name}"`)).map(name => `DROP of the unique ${name}`);
    }
    case 'UpdateStmt':
    case 'DeleteStmt':
      return own.has(relation) ? [] : [`${kind.slice(0, 6).toUpperCase()} of ${relation}: rows are their owners'`];
    default:
      return [kind.replace(/Stmt$/, '')];
  }
}
