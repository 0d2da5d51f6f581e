/** A smaller case of the same finding: parts are left away as long as it is found. */
import { mapOf } from '../../engine/values/value.ts';
import type { Case } from './case.ts';

const budgetMs = 5_000;

/** `finds` says whether a case still shows it. */
export async function shrunk(given: Case, finds: (smaller: Case) => Promise<boolean>): Promise<Case> {
  const until = performance.now() + budgetMs;
  let best = given;
  const attempt = async (smaller: Case): Promise<boolean> => {
    if (performance.now() > until || !(await finds(smaller))) return false;
    best = smaller;
    return true;
  };
  const { change: _, ...first } = given;
  await attempt(first);
  await attempt({ ...best, environment: null });
  await attempt({ ...best, environmentFiles: [] });
  await attempt({ ...best, parameters: mapOf([]) });
  for (const name of Object.keys(best.files)) {
    const { [name]: _dropped, ...files } = best.files;
    await attempt({ ...best, files });
  }
  for (const by of ['\n', '']) await shorter(best.template, by, template => attempt({ ...best, template }));
  return best;
}

/** Halves, quarters and so on of the text are left away, by lines or by characters. */
async function shorter(text: string, by: string, attempt: (shorter: string) => Promise<boolean>): Promise<void> {
  let parts = text.split(by);
  for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < parts.length; ) {
      const rest = [...parts.slice(0, at), ...parts.slice(at + size)];
      if (await attempt(rest.join(by))) parts = rest;
      else at += size;
    }
  }
}
