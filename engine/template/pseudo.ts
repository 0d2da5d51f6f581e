/** Parameters that every template has, by its language (contract: templates §4). */
import type { Dialect } from './dialects/dialect.ts';

export interface Pseudo {
  /** The stack's uuid; the text `None` in a preview. */
  readonly stackId: string;
  readonly stackName: string;
  readonly projectId: string;
}

type Table = ReadonlyMap<string, (pseudo: Pseudo) => string>;

const tables: Readonly<Record<Dialect['kind'], Table>> = {
  hot: new Map([
    ['OS::stack_id', (pseudo: Pseudo) => pseudo.stackId],
    ['OS::project_id', (pseudo: Pseudo) => pseudo.projectId],
    ['OS::stack_name', (pseudo: Pseudo) => pseudo.stackName],
  ]),
  cfn: new Map([
    ['AWS::StackId', arn],
    ['AWS::StackName', (pseudo: Pseudo) => pseudo.stackName],
    // Heat knows no other, whatever its own region is called.
    ['AWS::Region', () => 'ap-southeast-1'],
  ]),
};

/** A stack's name for CloudFormation. */
function arn({ projectId, stackName, stackId }: Pseudo): string {
  return `arn:openstack:heat::${projectId}:stacks/${stackName}/${stackId}`;
}

const names: Readonly<Record<Dialect['kind'], ReadonlySet<string>>> = {
  hot: new Set(tables.hot.keys()),
  cfn: new Set(tables.cfn.keys()),
};

export function pseudoNames({ kind }: Pick<Dialect, 'kind'>): ReadonlySet<string> {
  return names[kind];
}

/** Of any language. */
export const allPseudoNames: ReadonlySet<string> = new Set(Object.values(tables).flatMap(table => [...table.keys()]));

export function pseudoValues({ kind }: Pick<Dialect, 'kind'>, pseudo: Pseudo): ReadonlyMap<string, string> {
  return new Map([...tables[kind]].map(([name, value]) => [name, value(pseudo)]));
}
