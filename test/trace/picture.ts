/**
 * A trace as a picture (SVG): time from left to right; a row for each request, for the stack, its commits, and each
 * resource, in the order in which their first calls began.
 *
 * A bar is a call to a service (its colour says which) or another task, a tick is a turn. A line from row to row leads
 * from a turn to one that it set off elsewhere; a dashed arc is a link: an earlier message that was waited for as well.
 */
import type { Shown } from './spans.ts';

const left = 190;
const width = 1_180;
const right = 24;
const rowHeight = 19;
const top = 78;

const colours: Readonly<Record<string, string>> = {
  compute: '#d1603d',
  network: '#2d7dd2',
  volumev3: '#8a4fbf',
  image: '#b8860b',
  identity: '#4a8f5c',
  http: '#444444',
  commit: '#c9a400',
  task: '#c4cdd6',
};

interface Row {
  readonly key: string;
  readonly label: string;
  /** Beside the label. */
  readonly about: string;
}

/** The picture of one trace's spans. `title` stands above it. */
export function pictureOf(spans: readonly Shown[], title: string): string {
  const rows = rowsOf(spans);
  const rowAt = new Map(rows.map((row, i) => [row.key, top + i * rowHeight]));
  const from = Math.min(...spans.map(({ begin }) => begin));
  const to = Math.max(...spans.map(({ end }) => end));
  const x = (ms: number): number => left + ((ms - from) / Math.max(to - from, 0.001)) * (width - left - right);
  const height = top + rows.length * rowHeight + 14;
  const place = (span: Shown): { readonly x: number; readonly y: number } | undefined => {
    const y = rowAt.get(keyOf(span));
    return y === undefined ? undefined : { x: x(span.begin), y: y + rowHeight / 2 };
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="12" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    legend(),
    ...scale(from, to, x, height),
    ...rows.map((row, i) => rowBack(row, i)),
    ...causes(spans, place),
    ...spans.map(span => mark(span, x, rowAt.get(keyOf(span)) ?? top)),
    '</svg>\n',
  ].join('\n');
}

/** Whose row a span stands in. */
function keyOf({ name, facts, id }: Shown): string {
  if (name === 'commit') return `commit ${facts.get('convect.stack')}`;
  return facts.get('convect.actor') ?? `http ${id}`;
}

function rowsOf(spans: readonly Shown[]): readonly Row[] {
  const rows = new Map<string, { label: string; about: string; rank: number; first: number }>();
  for (const span of spans) {
    const { facts } = span;
    const key = keyOf(span);
    const known = rows.get(key);
    const isStack = facts.get('convect.actor') === facts.get('convect.stack');
    const rank = key.startsWith('http') ? 0 : isStack ? 1 : span.name === 'commit' ? 2 : 3;
    const isCall = span.name.includes(' ') && facts.has('convect.service');
    const row = known ?? { label: '', about: '', rank, first: Number.POSITIVE_INFINITY };
    rows.set(key, row);
    if (rank === 0) row.label = span.name;
    else if (rank === 1) row.label = `stack ${facts.get('convect.name') ?? row.label.replace('stack ', '')}`;
    else if (rank === 2) row.label = 'commits';
    else row.label = facts.get('convect.name') ?? row.label;
    row.about = (facts.get('convect.type') ?? row.about).replace('OS::', '');
    if (isCall || rank < 3) row.first = Math.min(row.first, span.begin);
  }
  return [...rows]
    .map(([key, row]) => ({ key, ...row }))
    .sort((a, b) => a.rank - b.rank || order(a.first) - order(b.first));
}

const order = (at: number): number => (at === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : at);

function rowBack({ label, about }: Row, i: number): string {
  const y = top + i * rowHeight;
  const shade = i % 2 === 0 ? '#f6f8fa' : '#ffffff';
  return (
    `<rect x="0" y="${y}" width="${width}" height="${rowHeight}" fill="${shade}"/>` +
    `<text x="12" y="${y + 13}">${escaped(cutTo(label, 30))}` +
    `<tspan fill="#8b949e" font-size="9" dx="5">${escaped(cutTo(about, 24))}</tspan></text>`
  );
}

function mark(span: Shown, x: (ms: number) => number, y: number): string {
  const { name, facts, begin, end, failed } = span;
  const at = x(begin);
  const long = Math.max(x(end) - at, 0.8);
  const told = `<title>${escaped(tip(span))}</title>`;
  const service = facts.get('convect.service');
  const bar = (colour: string, from: number, tall: number): string =>
    `<rect x="${num(at)}" y="${num(y + from)}" width="${num(long)}" height="${tall}" fill="${colour}"` +
    `${failed ? ' stroke="#d00000"' : ''}>${told}</rect>`;
  if (!facts.has('convect.stack')) return bar(colours['http'] ?? '', 4, 11);
  if (name === 'commit') return bar(colours['commit'] ?? '', 4, 11);
  if (service !== undefined) return bar(colours[service] ?? '#777777', 4, 11);
  if (/ task(:|$)|^compute /.test(name)) return bar(colours['task'] ?? '', 7, 5);
  return `<rect x="${num(at)}" y="${num(y + 1)}" width="1.4" height="17" fill="#101418">${told}</rect>`;
}

function tip({ name, begin, end, facts, process }: Shown): string {
  const more = [facts.get('url.template'), facts.get('http.response.status_code')].filter(text => text !== undefined);
  return `${[name, ...more].join(' ')}: ${(end - begin).toFixed(2)} ms (${process})`;
}

type Place = (span: Shown) => { readonly x: number; readonly y: number } | undefined;

function causes(spans: readonly Shown[], place: Place): readonly string[] {
  const byId = new Map(spans.map(span => [span.id, span]));
  const ends = (from: string | undefined, to: Shown) => {
    const source = from === undefined ? undefined : byId.get(from);
    const [a, b] = [source && place(source), place(to)];
    return a === undefined || b === undefined || to.name === 'commit' ? undefined : { a, b };
  };
  const told = spans.flatMap(span => {
    const line = ends(span.parent, span);
    if (line === undefined || line.a.y === line.b.y) return [];
    const { a, b } = line;
    return [`<path d="M${num(a.x)} ${num(a.y)}L${num(b.x)} ${num(b.y)}" stroke="#9aa4ae" stroke-width="0.7"/>`];
  });
  const linked = spans.flatMap(span =>
    span.links.flatMap(id => {
      const arc = ends(id, span);
      if (arc === undefined) return [];
      const { a, b } = arc;
      const [top, middle] = [Math.min(a.y, b.y) - rowHeight * 0.8, (a.x + b.x) / 2];
      const path = `M${num(a.x)} ${num(a.y)}Q${num(middle)} ${num(top)} ${num(b.x)} ${num(b.y)}`;
      return [`<path d="${path}" fill="none" stroke="#d08a00" stroke-width="0.9" stroke-dasharray="3 2"/>`];
    }),
  );
  return [...told, ...linked];
}

function scale(from: number, to: number, x: (ms: number) => number, height: number): readonly string[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].find(ms => (to - from) / ms <= 12) ?? 10_000;
  const lines: string[] = [];
  for (let ms = 0; ms <= to - from; ms += step) {
    const at = num(x(from + ms));
    lines.push(
      `<line x1="${at}" x2="${at}" y1="${top - 6}" y2="${height - 8}" stroke="#dfe4e9"/>` +
        `<text x="${at}" y="${top - 10}" text-anchor="middle" fill="#57606a">${ms} ms</text>`,
    );
  }
  return lines;
}

function legend(): string {
  let at = 12;
  const boxes = Object.entries(colours).map(([name, colour]) => {
    const box =
      `<rect x="${at}" y="32" width="11" height="11" fill="${colour}"/>` +
      `<text x="${at + 15}" y="42" fill="#57606a">${name}</text>`;
    at += 34 + name.length * 7;
    return box;
  });
  const words = 'tick: a turn · line: what set it off · dashed: what was waited for too · red: answered with 4xx, 5xx';
  return [...boxes, `<text x="${at}" y="42" fill="#57606a">${words}</text>`].join('\n');
}

const num = (value: number): string => String(Math.round(value * 10) / 10);

const cutTo = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, found => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found] ?? found);
}
