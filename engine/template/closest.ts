/** The name somebody probably meant: for hints after an error's own text. */

/** The most alike candidate, if it is alike enough (a third of the letters may differ); undefined if none is. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.floor(name.length / 3) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** A hint to append to an error's text, or ''. */
export function hint(name: string, candidates: Iterable<string>): string {
  const other = name.length > maxNameLength ? undefined : closest(name, candidates);
  return other === undefined ? '' : ` Did you mean ${other}?`;
}

/** Longer names get no hint: comparing takes the product of the lengths. */
const maxNameLength = 200;

/** Levenshtein's distance, not counted beyond `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least >= limit) return limit;
    row = next;
  }
  return row[b.length] ?? limit;
}
