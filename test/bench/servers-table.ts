/** Lives of stacks of servers, side by side. */
import { aligned, type Figures } from './report.ts';
import type { Calls, Half, Life, ServersCase } from './servers.ts';

const needed = { create: 'compute POST', remove: 'compute DELETE' } as const;
type Which = keyof typeof needed;

const sum = (calls: Calls): number => [...calls.values()].reduce((all, each) => all + each, 0);

/** Calls for each server beside the one that it needs itself. */
export function beside({ servers, ...life }: Life, which: Which): number {
  return (sum(life[which].calls) - servers) / servers;
}

/** A table for each half: times, then calls by service and method. */
export function tablesOf(lives: readonly Life[]): string {
  return (['create', 'remove'] as const).map(which => tableOf(lives, which)).join('\n\n');
}

function tableOf(lives: readonly Life[], which: Which): string {
  const halves = lives.map(life => life[which]);
  const kinds = [...new Set(halves.flatMap(({ calls }) => [...calls.keys()]))].sort();
  const row = (head: string, cell: (half: Half, life: Life) => string): string[] => [
    head,
    ...lives.map(life => cell(life[which], life)),
  ];
  return aligned([
    row(which === 'create' ? 'create' : 'delete', (_, { by }) => by),
    row('seconds', ({ seconds }) => seconds.toFixed(2)),
    ...kinds.map(kind => row(`calls: ${kind}`, ({ calls }) => String(calls.get(kind) ?? 0))),
    row('all calls', ({ calls }) => String(sum(calls))),
    row(`a server, beside its ${needed[which].split(' ')[1]}`, (_, life) => beside(life, which).toFixed(2)),
  ]);
}

/** Why a case is not as it must be; undefined where it is. */
export function serversFault({ name, maxBeside }: ServersCase, life: Life): string | undefined {
  const posts = life.create.calls.get(needed.create) ?? 0;
  if (posts < life.servers) return `${name}: ${posts} POSTs made ${life.servers} servers; the count is wrong`;
  const more = beside(life, 'create');
  if (more <= maxBeside) return undefined;
  return `${name} took ${more.toFixed(2)} calls a server beside its POST, ${maxBeside} are allowed`;
}

/** Lines of the file; of the one that is measured, not of who stands beside it. */
export function serversFigures({ name }: ServersCase, life: Life): readonly Figures[] {
  return (['create', 'remove'] as const).map(which => ({
    case: `${name}-${which === 'create' ? 'create' : 'delete'}`,
    seconds: Number(life[which].seconds.toFixed(3)),
    limit_seconds: null,
    rate: Number((life.servers / life[which].seconds).toFixed(1)),
    cpu_seconds: null,
    rss_mib: null,
    calls: sum(life[which].calls),
  }));
}
