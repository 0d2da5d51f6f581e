/** Parameters that every HOT template has (contract: templates §4). */
export interface Pseudo {
  /** The stack's uuid; the text `None` in a preview. */
  readonly stackId: string;
  readonly stackName: string;
  readonly projectId: string;
}

const values: ReadonlyMap<string, (pseudo: Pseudo) => string> = new Map([
  ['OS::stack_id', (pseudo: Pseudo) => pseudo.stackId],
  ['OS::project_id', (pseudo: Pseudo) => pseudo.projectId],
  ['OS::stack_name', (pseudo: Pseudo) => pseudo.stackName],
]);

export const pseudoParameters: ReadonlySet<string> = new Set(values.keys());

export function pseudoValues(pseudo: Pseudo): ReadonlyMap<string, string> {
  return new Map([...values].map(([name, value]) => [name, value(pseudo)]));
}
