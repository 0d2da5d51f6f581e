/** The homes of data that the suite runs on. */
import pg from 'pg';
import { createMemoryStore } from '../memory.ts';
import { createSqlStore, type SqlStore } from '../sql.ts';
import type { Isolation } from '../sql/connect.ts';
import { createSqlUpkeep } from '../sql/upkeep.ts';
import { CommitRetry, CommitUnknown, type Store, StoreUnavailable } from '../store.ts';
import type { Home, Loss, Shaky } from './fixtures.ts';
import { LossyProxy } from './proxy.ts';
import { pageRows } from './reads.ts';

/** A store whose every third commit must be tried again. */
function stubborn(store: Store): Store {
  let commits = 0;
  return wrapped(store, {
    commit: async (lane, n, rows) => {
      commits += 1;
      if (commits % 3 === 0) throw new CommitRetry('40001');
      return store.commit(lane, n, rows);
    },
  });
}

/** The store with some of its methods replaced. */
function wrapped(store: Store, changed: Partial<Store>): Store {
  return Object.assign(Object.create(store) as Store, changed);
}

function shakyMemory(store: Store): Shaky {
  const lost: { commit?: Loss; burn?: Loss } = {};
  let held: (() => Promise<void>) | undefined;
  const caught = (request: 'commit' | 'burn') => {
    const loss = lost[request];
    delete lost[request];
    return loss;
  };
  return {
    store: wrapped(store, {
      commit: async (lane, n, rows) => {
        const loss = caught('commit');
        if (loss === 'held') held = () => store.commit(lane, n, rows);
        if (loss === undefined || loss === 'after') await store.commit(lane, n, rows);
        if (loss !== undefined) throw new CommitUnknown('lost');
      },
      burn: async (lane, n) => {
        const loss = caught('burn');
        const outcome = loss === 'before' ? undefined : await store.burn(lane, n);
        if (loss !== undefined || outcome === undefined) throw new StoreUnavailable('lost');
        return outcome;
      },
    }),
    lose: (request, loss) => {
      lost[request] = loss;
    },
    release: async () => {
      await held?.().catch((error: unknown) => {
        if (!(error instanceof CommitUnknown)) throw error;
      });
    },
  };
}

export function memoryHome(): Home {
  const memory = createMemoryStore({ nowMs: Date.now, pageRows });
  const store = stubborn(memory);
  return {
    store,
    client: () => stubborn(memory),
    shaky: async () => shakyMemory(memory),
    upkeep: memory.upkeep,
    url: undefined,
    close: async () => undefined,
  };
}

/** Every third commit and every seventh other statement fails with 40001 before it is sent. */
class FailingClient extends pg.Client {
  private commits = 0;
  private others = 0;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const send = this.query.bind(this) as (...all: readonly unknown[]) => unknown;
    const query = (...all: readonly unknown[]) => {
      if (!this.fails(all[0])) return send(...all);
      return Promise.reject(Object.assign(new Error('restart transaction'), { code: '40001', severity: 'ERROR' }));
    };
    Object.defineProperty(this, 'query', { value: query });
  }

  private fails(first: unknown): boolean {
    if (typeof first !== 'object' || first === null || !('text' in first)) return false;
    if ('name' in first && typeof first.name === 'string' && first.name.startsWith('commit_')) {
      this.commits += 1;
      return this.commits % 3 === 0;
    }
    this.others += 1;
    return this.others % 7 === 0;
  }
}

/** `url`: a migrated database. */
export function sqlHome(url: string, isolation: Isolation): Home {
  const open = (connectionString: string) =>
    createSqlStore({ connectionString, isolation, client: FailingClient, readConnections: 2, pageRows });
  const stores: readonly [SqlStore, SqlStore] = [open(url), open(url)];
  const upkeep = createSqlUpkeep({ connectionString: url, isolation, client: FailingClient });
  let shaky: { readonly store: SqlStore; readonly proxy: LossyProxy } | undefined;
  const closeShaky = async () => {
    shaky?.proxy.close();
    await shaky?.store.close();
  };
  return {
    store: stores[0],
    client: () => stores[1],
    shaky: async () => {
      await closeShaky();
      const target = new URL(url);
      const proxy = new LossyProxy({ host: target.hostname, port: Number(target.port) });
      target.port = String(await proxy.listen());
      const store = open(target.href);
      shaky = { store, proxy };
      const texts = { commit: 'commit_', burn: 'burn\0' } as const;
      return {
        store,
        lose: (request, loss) => proxy.lose(texts[request], loss),
        release: () => proxy.release(),
      };
    },
    upkeep,
    url,
    close: async () => {
      await closeShaky();
      await upkeep.close();
      await Promise.all(stores.map(store => store.close()));
    },
  };
}
