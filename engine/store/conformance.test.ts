import { afterAll, beforeAll, describe } from 'vitest';
import { freshDatabase, languageOrder, startDebian15, startEmbedded, type TestDatabase } from '../../test/databases.ts';
import { conformance } from './conformance.ts';
import { memoryHome, sqlHome } from './conformance/homes.ts';

conformance('memory', async () => memoryHome());

function onServer(name: string, start: () => Promise<TestDatabase>, options = ''): void {
  describe(name, () => {
    let server: TestDatabase | undefined;
    const url = () => server?.url ?? '';
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());

    for (const isolation of ['read committed', 'serializable'] as const) {
      conformance(isolation, async () => sqlHome(await freshDatabase(url(), options), isolation), { sql: true });
    }
  });
}

onServer('embedded PostgreSQL 18', () => startEmbedded());
onServer('PostgreSQL 15, in English order', startDebian15, languageOrder);

const given = process.env['DATABASE_URL'];
if (given !== undefined) onServer('DATABASE_URL', async () => ({ url: given, stop: async () => undefined }));
