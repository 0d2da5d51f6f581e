/**
 * Finding marks in what is asked for and in what is there.
 *
 * A mark is a physical name, `<stack>-<resource>-<short id>`; the ports that a server has made add which one it is. The
 * simulator's stacks and resources have names of which nothing else in a run looks like a mark.
 */

/**
 * `s3-r12-…`, with its stack's and resource's names; a nested stack is called as the resource whose thing it is. What an
 * update makes has the number of its generation, and of its attempt.
 */
const pattern = /^(s\d+(?:-[a-z]*\d*-[a-z2-7]{12})*-[a-z]*\d*)-[a-z2-7]{12}(?:-\d+(?:\.\d+)?)?(?:-port-(\d+))?$/;
const inText = /\bs\d+(?:-[a-z]*\d*-[a-z2-7]{12})+(?:-\d+(?:\.\d+)?\b)?/;

export interface Mark {
  readonly mark: string;
  /** `<stack>-<resource>`: the same for each attempt. */
  readonly resource: string;
  /** Of a server's own port: which one. */
  readonly port: string | undefined;
}

/** The first of these fields that is a mark. */
export function markIn(fields: readonly unknown[]): Mark | undefined {
  for (const field of fields) {
    const found = typeof field === 'string' ? pattern.exec(field) : null;
    if (found === null) continue;
    const [whole, resource = '', port] = found;
    return { mark: port === undefined ? whole : whole.slice(0, -`-port-${port}`.length), resource, port };
  }
  return undefined;
}

/** The mark that a request carries, wherever in its text. */
export function markOfText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inText.exec(text)?.[0];
}

/** A mark as somebody else's look-alike has it: services' filters ignore case. */
export function shouted(text: string, mark: string): string {
  return text.replaceAll(mark, mark.toUpperCase());
}
