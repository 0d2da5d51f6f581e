/**
 * What SQL both PostgreSQL and CockroachDB read alike, as rules over PostgreSQL's own syntax tree.
 *
 * There is no CockroachDB to test on here, so what differs is kept out by form: what its grammar rejects, what it
 * takes for something else (INT, division, NULL's place, advisory locks), and what PostgreSQL has alone.
 */
import { parse } from 'libpg-query';
import { contentFields, eventFields, fieldsOf, nameFields, tableNames } from '../columns.ts';

type Node = Readonly<Record<string, unknown>>;

/** Statements of PostgreSQL alone, or that have no place in a store without transactions. */
const deniedNodes: ReadonlyMap<string, string> = new Map([
  ['ListenStmt', 'LISTEN'],
  ['NotifyStmt', 'NOTIFY'],
  ['UnlistenStmt', 'UNLISTEN'],
  ['LockStmt', 'LOCK TABLE'],
  ['MergeStmt', 'MERGE'],
  ['VacuumStmt', 'VACUUM'],
  ['CopyStmt', 'COPY'],
  ['DoStmt', 'DO'],
  ['RuleStmt', 'RULE'],
  ['CreateDomainStmt', 'DOMAIN'],
  ['CreateTrigStmt', 'TRIGGER'],
  ['CreateSeqStmt', 'SEQUENCE'],
  ['AlterSeqStmt', 'SEQUENCE'],
  ['CreateFunctionStmt', 'FUNCTION'],
  ['CreateExtensionStmt', 'EXTENSION'],
  ['DeclareCursorStmt', 'CURSOR'],
  ['TransactionStmt', 'a transaction'],
  ['LockingClause', 'FOR UPDATE'],
  ['RangeTableSample', 'TABLESAMPLE'],
  ['CollateClause', 'COLLATE'],
  ['A_Star', 'every column (*)'],
]);

/** Functions that mean the same in both. */
const knownFunctions = new Set([
  'array_append',
  'array_length',
  'clock_timestamp',
  'convert_to',
  'count',
  'extract',
  'generate_series',
  'row_number',
  'strpos',
  'unnest',
  'version',
]);

const knownTypes = new Set(['uuid', 'text', 'int4', 'int8', 'bool']);
const deniedConstraints = new Map([
  ['CONSTR_EXCLUSION', 'EXCLUDE'],
  ['CONSTR_IDENTITY', 'IDENTITY'],
  ['CONSTR_GENERATED', 'GENERATED'],
]);
const systemColumns = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid']);

const nullableColumns: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [
    ...tableNames.map(table => [table as string, fieldsOf(table)] as const),
    ['events', eventFields] as const,
    ['contents', contentFields] as const,
    ['names', nameFields] as const,
  ].map(([table, fields]) => [table, new Set(fields.filter(each => each.nullable).map(each => each.name))] as const),
);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isNode(value) ? Object.values(value) : [];
}

/** All nodes of a sort below, with their content. */
function all(value: unknown, name: string): readonly Node[] {
  const here = isNode(value) && isNode(value[name]) ? [value[name]] : [];
  return [...here, ...children(value).flatMap(child => all(child, name))];
}

/** The nodes of a whole tree by their sorts, gathered in one walk. */
type Tree = ReadonlyMap<string, readonly Node[]>;

function indexed(value: unknown, found = new Map<string, Node[]>()): Map<string, Node[]> {
  for (const child of Array.isArray(value) ? value : []) indexed(child, found);
  for (const [name, child] of isNode(value) ? Object.entries(value) : []) {
    if (isNode(child)) {
      const list = found.get(name);
      if (list === undefined) found.set(name, [child]);
      else list.push(child);
    }
    indexed(child, found);
  }
  return found;
}

const of = (tree: Tree, name: string): readonly Node[] => tree.get(name) ?? [];

/** Texts of a list of String nodes. */
function words(list: unknown): readonly string[] {
  return all(list, 'String').map(each => String(each['sval']));
}

function operator(expression: Node): string {
  return words(expression['name']).at(-1) ?? '';
}

function denied(tree: Tree): string[] {
  const found = [...deniedNodes].filter(([name]) => of(tree, name).length > 0).map(([, what]) => what);
  const constraints = of(tree, 'Constraint').map(each => deniedConstraints.get(String(each['contype'])));
  return [...found, ...constraints.filter(each => each !== undefined)];
}

function functions(tree: Tree): string[] {
  return of(tree, 'FuncCall')
    .map(call => words(call['funcname']).at(-1) ?? '')
    .filter(name => !knownFunctions.has(name))
    .map(name => `function ${name}`);
}

/** `INT` and `INTEGER` come as pg_catalog.int4; what was written as `INT4` comes as it is. */
function types(tree: Tree): string[] {
  const named = [...of(tree, 'TypeName'), ...typesOfColumns(tree)];
  return named
    .map(type => words(type['names']))
    .filter(names => (names[0] === 'pg_catalog' ? names.at(-1) !== 'bool' : !knownTypes.has(names[0] ?? '')))
    .map(names => `type ${names.join('.')}`);
}

/** A column's and a cast's type is no wrapped node. */
function typesOfColumns(tree: Tree): readonly Node[] {
  const holders = [...of(tree, 'ColumnDef'), ...of(tree, 'TypeCast')];
  return holders.map(each => each['typeName']).filter(isNode);
}

function columns(tree: Tree): string[] {
  return of(tree, 'ColumnRef')
    .map(ref => words(ref['fields']))
    .filter(
      parts => systemColumns.has(parts.at(-1) ?? '') || (parts.length > 1 && /^(?:old|new)$/.test(parts[0] ?? '')),
    )
    .map(parts => `column ${parts.join('.')}`);
}

/** Every parameter says its type: no database guesses another. */
function parameters(tree: Tree): string[] {
  const typed = of(tree, 'TypeCast').filter(cast => isNode(cast['arg']) && 'ParamRef' in cast['arg']).length;
  return of(tree, 'ParamRef').length > typed ? ['an untyped parameter'] : [];
}

/** Where a column can be null, the two databases put nulls at different ends. */
function orders(tree: Tree): string[] {
  return of(tree, 'SelectStmt').flatMap(select => {
    const tables = all(select['fromClause'], 'RangeVar').map(range => String(range['relname']));
    const known = tables.filter(table => nullableColumns.has(table));
    const scope = known.length > 0 ? known : [...nullableColumns.keys()];
    const sorts = Array.isArray(select['sortClause']) ? select['sortClause'] : [];
    return sorts.flatMap(sort => {
      const by = all(sort, 'SortBy')[0];
      const names = all(by?.['node'], 'ColumnRef').map(ref => words(ref['fields']).at(-1) ?? '');
      const nullable = names.some(name => scope.some(table => nullableColumns.get(table)?.has(name) === true));
      return nullable && by?.['sortby_nulls'] === 'SORTBY_NULLS_DEFAULT' ? ['ORDER BY without NULLS'] : [];
    });
  });
}

/** Integers divide to a DECIMAL in CockroachDB; the one division of a commit only asks whether it is by zero. */
function divisions(tree: Tree, name: string | undefined): string[] {
  const found = of(tree, 'A_Expr').filter(each => ['/', '%', '//'].includes(operator(each)));
  if (name?.startsWith('commit_') !== true) return found.map(() => 'division');
  const counted = found.filter(each => {
    const cast = isNode(each['rexpr']) ? all(each['rexpr'], 'TypeCast')[0] : undefined;
    return operator(each) === '/' && cast !== undefined && operator(all(cast['arg'], 'A_Expr')[0] ?? {}) === '=';
  });
  return found.length === 1 && counted.length === 1 ? [] : ['division'];
}

function mutations(tree: Tree): string[] {
  const tables = ['InsertStmt', 'UpdateStmt', 'DeleteStmt'].flatMap(kind =>
    of(tree, kind).map(each => (isNode(each['relation']) ? String(each['relation']['relname']) : '')),
  );
  return tables.length > new Set(tables).size ? ['a table changed twice'] : [];
}

function definitions(tree: Tree): string[] {
  const found: string[] = [];
  const made = [...of(tree, 'CreateStmt'), ...of(tree, 'IndexStmt')];
  if (made.some(each => each['if_not_exists'] !== true)) found.push('CREATE without IF NOT EXISTS');
  if (of(tree, 'DropStmt').some(each => each['missing_ok'] !== true)) found.push('DROP without IF EXISTS');
  const indexes = [...of(tree, 'IndexStmt'), ...of(tree, 'Constraint')];
  if (indexes.some(each => each['nulls_not_distinct'] === true)) found.push('NULLS NOT DISTINCT');
  if (of(tree, 'IndexStmt').some(each => each['accessMethod'] !== 'btree')) found.push('an index that is no B-tree');
  if (of(tree, 'CreateStmt').some(each => 'inhRelations' in each)) found.push('INHERITS');
  const kinds = of(tree, 'CreateStmt').map(each =>
    isNode(each['relation']) ? each['relation']['relpersistence'] : 'p',
  );
  if (kinds.some(kind => kind !== 'p')) found.push('a table that does not last');
  if (of(tree, 'CreateStmt').some(each => 'partspec' in each)) found.push('PARTITION BY');
  const conflicts = of(tree, 'InsertStmt').map(each => each['onConflictClause']);
  if (conflicts.some(each => isNode(each) && isNode(each['infer']) && 'conname' in each['infer'])) {
    found.push('ON CONSTRAINT');
  }
  return found;
}

/** What is wrong with one statement; a text that is no statement, or several, is wrong too. */
export async function wrongIn(text: string, name?: string): Promise<readonly string[]> {
  let parsed: Awaited<ReturnType<typeof parse>>;
  try {
    parsed = await parse(text);
  } catch (error) {
    return [`syntax: ${error instanceof Error ? error.message : 'unknown'}`];
  }
  if (parsed.stmts?.length !== 1) return ['not one statement'];
  const tree = indexed(parsed);
  return [
    ...denied(tree),
    ...functions(tree),
    ...types(tree),
    ...columns(tree),
    ...parameters(tree),
    ...orders(tree),
    ...divisions(tree, name),
    ...mutations(tree),
    ...definitions(tree),
  ];
}
