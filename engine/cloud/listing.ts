/** A list, page by page, as the texts of its things. */
import { limits } from '../kernel/limits.ts';
import type { CloudPoll } from '../kernel/world.ts';
import type { HttpOutcome } from './http.ts';
import { at, listAt, textAt } from './plain.ts';
import { itemsOf, membersOf, type Span, stringAt, Unsliceable } from './slices.ts';
import { httpDateToMs, msToIso } from '../values/times.ts';

/** JSON texts by id; '' for what the list says is deleted. */
export type Things = ReadonlyMap<string, string>;

export type Listing =
  | {
      readonly kind: 'listed';
      readonly things: Things;
      /** False: there are more. */
      readonly complete: boolean;
      /** The service's clock when it answered the first page, Unix milliseconds; undefined where it did not say. */
      readonly asOf: number | undefined;
    }
  | { readonly kind: 'failed'; readonly outcome: HttpOutcome };

export interface Extent {
  /** Unix milliseconds: only what changed since then. */
  readonly since: number | undefined;
  /** Roughly so many things at most: the page that goes beyond is the last. */
  readonly most: number;
}

/** Asks for the list until its end or so many things. `get` takes a path with its query. */
export async function listThings(
  get: (path: string) => Promise<HttpOutcome>,
  poll: CloudPoll,
  { since, most }: Extent,
): Promise<Listing> {
  const things = new Map<string, string>();
  let marker: string | undefined;
  let asOf: number | undefined;
  for (let first = true; ; first = false) {
    const outcome = await get(pathOf(poll, since, marker, Math.min(most, limits.pollPageThings)));
    if (outcome.kind !== 'answered' || outcome.answer.status !== 200) return { kind: 'failed', outcome };
    if (first) asOf = httpDateToMs(outcome.answer.headers.get('date') ?? '');
    const read = readPage(outcome.answer.body, poll, since !== undefined);
    if (read === undefined)
      return { kind: 'failed', outcome: { kind: 'unknown', reason: `not a list of ${poll.plural}` } };
    for (const [id, thing] of read.things) things.set(id, thing);
    const next = read.things.length === 0 || read.marker === marker ? undefined : read.marker;
    if (next === undefined || things.size >= most)
      return { kind: 'listed', things, complete: next === undefined, asOf };
    marker = next;
  }
}

function pathOf(poll: CloudPoll, since: number | undefined, marker: string | undefined, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit) });
  if (since !== undefined) query.set('changes-since', msToIso(since));
  if (marker !== undefined) query.set('marker', marker);
  return `${poll.list}${poll.list.includes('?') ? '&' : '?'}${query.toString()}`;
}

interface Page {
  readonly things: readonly (readonly [id: string, thing: string])[];
  /** Of the next page. */
  readonly marker: string | undefined;
}

function readPage(body: string, poll: CloudPoll, ofChanges: boolean): Page | undefined {
  try {
    const members = membersOf(body);
    const list = members.get(poll.plural);
    if (list === undefined) return undefined;
    const things = itemsOf(body, list).flatMap((item): [string, string][] => {
      const thing = membersOf(body, item);
      const id = stringAt(body, thing.get('id'));
      if (id === undefined) return [];
      const deleted = ofChanges && stringAt(body, thing.get('status')) === 'DELETED';
      return [[id, deleted ? '' : body.slice(item.start, item.end)]];
    });
    return { things, marker: markerOf(body, members, poll.plural) };
  } catch (error) {
    if (error instanceof Unsliceable || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** From `<plural>_links` (Nova, Cinder, Neutron) or `next` (Glance): the link's host may be one that is not for us. */
function markerOf(body: string, members: ReadonlyMap<string, Span>, plural: string): string | undefined {
  const links = members.get(`${plural}_links`);
  const parsed: unknown = links === undefined ? [] : JSON.parse(body.slice(links.start, links.end));
  const next = listAt({ links: parsed }, 'links').find(link => at(link, 'rel') === 'next');
  const href = textAt(next, 'href') ?? stringAt(body, members.get('next'));
  if (href === undefined) return undefined;
  return new URLSearchParams(href.slice(href.indexOf('?') + 1)).get('marker') ?? undefined;
}
