/** What an external id names is somebody else's: it is looked at, and stays as it was, whatever becomes of the stack. */
import { isDeepStrictEqual } from 'node:util';
import { decode } from '../../../engine/orchestration/records.ts';
import type { SimService } from '../cloud/service.ts';
import type { Cluster } from '../cluster.ts';

export class Adopted {
  private readonly cluster: Cluster;
  private readonly service: SimService;

  constructor(cluster: Cluster, service: SimService) {
    this.cluster = cluster;
    this.service = service;
    cluster.books.listeners.push(({ rows }) => {
      for (const row of rows.rows) {
        if (row.table === 'incarnations' && row.state.includes('"external":"')) this.watched(decode.incarnation(row));
      }
    });
    service.ledger.listeners.push({
      came: () => undefined,
      went: ({ id }, by) => this.untouched(id, by !== 'us', 'is gone'),
      changed: ({ id }, by) => this.untouched(id, by !== 'us', 'was changed'),
      tied: () => undefined,
    });
  }

  private expect(holds: boolean, what: () => string): void {
    this.cluster.checks.expect('what is adopted is untouched', holds, what);
  }

  private untouched(id: string, holds: boolean, what: string): void {
    if (this.service.strangers.has(id)) this.expect(holds, () => `${id}, which others have, ${what}`);
  }

  /** Nothing is made of it, and it names what its user named. */
  private watched({ id, external = '', physicalId, steps, work }: ReturnType<typeof decode.incarnation>): void {
    const isPlain = steps.length === 0 && work?.kind !== 'update' && physicalId === external;
    this.expect(
      isPlain && this.service.strangers.has(external),
      () => `incarnation ${id} watches ${external}: it is ${physicalId}, with ${steps.length} steps`,
    );
  }

  /** When all is quiet. */
  final(): void {
    for (const [id, was] of this.service.strangers) {
      const thing = this.service.ledger.things.get(id);
      this.expect(
        thing?.there === true && isDeepStrictEqual(thing.item, was),
        () => `${id} is ${JSON.stringify(thing?.there ? thing.item : null)}, and was ${JSON.stringify(was)}`,
      );
    }
  }
}
