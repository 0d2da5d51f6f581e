/** A stack's progress for people: a small tree redrawn in place on a terminal, a line per change anywhere else. */

export interface ResourceLine {
  readonly name: string;
  readonly type: string;
  /** Such as CREATE_IN_PROGRESS. */
  readonly status: string;
}

export interface Screen {
  readonly isTty: boolean;
  write(text: string): void;
}

const marks: Readonly<Record<string, string>> = { COMPLETE: '✓', FAILED: '✗', IN_PROGRESS: '…' };

/** `CREATE_IN_PROGRESS` is `…`, and so on; what has not begun (`INIT_COMPLETE`) has no mark of its own. */
function markOf(status: string): string {
  if (status.startsWith('INIT_')) return '·';
  return marks[status.slice(status.indexOf('_') + 1)] ?? '·';
}

/** The tree as lines; a resource each, in the order given. */
export function treeLines(stack: string, status: string, resources: readonly ResourceLine[]): string[] {
  const nameWidth = Math.max(0, ...resources.map(resource => resource.name.length));
  const typeWidth = Math.max(0, ...resources.map(resource => resource.type.length));
  const line = (resource: ResourceLine, index: number): string => {
    const branch = index === resources.length - 1 ? '└─' : '├─';
    const { name, type } = resource;
    return `${branch} ${markOf(resource.status)} ${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${resource.status}`;
  };
  return [`${markOf(status)} ${stack}  ${status}`, ...resources.map(line)];
}

export class Progress {
  readonly #screen: Screen;
  readonly #seen = new Map<string, ResourceLine>();
  #status = '';
  #drawn = 0;
  #last = '';

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** Shows how things stand; nothing is written where nothing changed. */
  show(stack: string, status: string, resources: readonly ResourceLine[]): void {
    if (this.#screen.isTty) this.#redraw(treeLines(stack, status, resources));
    else this.#append(stack, status, resources);
  }

  #redraw(lines: readonly string[]): void {
    // There may be fewer lines than before: what is left below is cleared.
    const text = `${lines.map(line => `\x1b[2K${line}\n`).join('')}\x1b[J`;
    if (text === this.#last) return;
    this.#screen.write(`${this.#drawn > 0 ? `\x1b[${this.#drawn}A` : ''}${text}`);
    this.#drawn = lines.length;
    this.#last = text;
  }

  #append(stack: string, status: string, resources: readonly ResourceLine[]): void {
    const write = ({ name, type, status: now }: ResourceLine): void =>
      this.#screen.write(`${markOf(now)} ${name}  ${type}  ${now}\n`);
    for (const resource of resources) {
      if (this.#seen.get(resource.name)?.status !== resource.status) write(resource);
      this.#seen.set(resource.name, resource);
    }
    const names = new Set(resources.map(({ name }) => name));
    for (const gone of [...this.#seen.values()].filter(({ name }) => !names.has(name))) {
      write({ ...gone, status: 'DELETE_COMPLETE' });
      this.#seen.delete(gone.name);
    }
    if (this.#status !== status) this.#screen.write(`${markOf(status)} ${stack}  ${status}\n`);
    this.#status = status;
  }
}
