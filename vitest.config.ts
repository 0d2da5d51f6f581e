import { defineConfig } from 'vitest/config';

/**
 * A process per worker, not a thread: the suites start servers, engines with worker threads of their own and children
 * that are killed. Tests stand beside the code they test; dist/ holds their compiled twins and is left out.
 */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['{deploy,engine,gateway,cli,proto,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**'],
    pool: 'forks',
    // vitest would leave one processor of two idle; these wait much of their time.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    // A test file that is left half-done must be seen: `only` fails the run, it does not shrink it.
    allowOnly: false,
  },
});
