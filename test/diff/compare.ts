/** Two recordings of one scenario: where they differ, and whether in more than words. */
export interface Difference {
  /** `events.a`, `seen[1].resources.b.reason`; the last part is what differs. */
  readonly path: string;
  readonly heat: string;
  readonly convect: string;
  /** Only a reason or a message differs. */
  readonly text: boolean;
}

const wordy = /(?:^|\.)(?:reason|error)$/;

/** What a recording says of itself, `scenario` and `row`, is not compared. */
export function compare(heat: object, convect: object): Difference[] {
  const { scenario: _s, row: _r, ...one } = heat as Fields;
  const { scenario: _t, row: _u, ...other } = convect as Fields;
  return differences('', one, other);
}

function differences(path: string, heat: unknown, convect: unknown): Difference[] {
  if (JSON.stringify(heat) === JSON.stringify(convect)) return [];
  if (path.startsWith('events.')) return [eventsDiffer(path, listOf(heat), listOf(convect))];
  if (isObject(heat) && isObject(convect)) {
    const keys = [...new Set([...Object.keys(heat), ...Object.keys(convect)])];
    return keys.flatMap(key => differences(joined(path, heat, key), heat[key], convect[key]));
  }
  const text = wordy.test(path) && typeof heat === 'string' && typeof convect === 'string' && samePlace(heat, convect);
  return [{ path, heat: shown(heat), convect: shown(convect), text }];
}

/** An error's type, and the place in the template that it names, are more than words. */
export function samePlace(heat: string, convect: string): boolean {
  const type = (said: string): string | undefined => /^([A-Z]\w+): /.exec(said)?.[1];
  return type(heat) === type(convect) && placeIn(heat) === placeIn(convect);
}

const place =
  /(?:^|: )((?:resources|outputs|conditions|parameter_groups|Resources|Outputs|Conditions)\.[^\s:]\S*?):(?: |$)/;

/** `outputs.o.value.list_join`; undefined where no place is told. */
function placeIn(said: string): string | undefined {
  return place.exec(said)?.[1];
}

function eventsDiffer(path: string, heat: readonly string[], convect: readonly string[]): Difference {
  const bare = (list: readonly string[]): string => list.map(event => event.replace(/: .*$/s, '')).join();
  const both = (list: readonly string[]): string => (list.length === 0 ? '(none)' : `\n      ${list.join('\n      ')}`);
  return { path, heat: both(heat), convect: both(convect), text: bare(heat) === bare(convect) };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (it: unknown): it is Fields => typeof it === 'object' && it !== null;
const listOf = (it: unknown): readonly string[] => (Array.isArray(it) ? it.map(String) : []);
const joined = (path: string, of: Fields, key: string): string =>
  Array.isArray(of) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
const shown = (it: unknown): string => (it === undefined ? '(nothing)' : JSON.stringify(it));
