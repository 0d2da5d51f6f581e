/** Where things that carry a mark are listed, over all projects: for who looks for those that went astray. */
import type { CloudCall } from '../kernel/world.ts';

export interface MarkedCollection {
  /** The service's type in the catalog, e.g. `network`. */
  readonly service: string;
  /** The list's name in its answer, e.g. `ports`; with the service it names the collection. */
  readonly name: string;
  /** The list of all projects' things; a query may stand in it. */
  readonly list: string;
  /** Of one thing; its id follows after a slash. */
  readonly one: string;
  /** Where a mark may stand: texts, or a list or a map of texts. */
  readonly markFields: readonly string[];
  /** Members that say whose it is and when it was made, where the service tells. */
  readonly projectField?: string;
  readonly createdField?: string;
  /** It is listed page by page, with `limit` and `marker`. */
  readonly paged: boolean;
  readonly headers?: CloudCall['headers'];
}
