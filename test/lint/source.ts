/**
 * Three views of a TypeScript source, all as long as the source, so that a place in one is the same place in the others:
 *
 *   code      comments, the insides of strings, templates and regular expressions blanked; quotes stay
 *   comments  everything but comments blanked
 *   text      the source itself
 *
 * The house's rules search the view they mean, so that a word in a comment or a message is never taken for code, nor
 * code in a string for a comment. This is a scanner, not a parser: a `/` opens a regular expression where a value may
 * stand, which is told from the token before it (after `)`, `]` or `}` it divides).
 */

export interface Views {
  readonly text: string;
  readonly code: string;
  readonly comments: string;
}

const valueMayFollow = new Set(
  'return typeof case in of void delete do else yield await throw new instanceof default extends'.split(' '),
);

class Scanner {
  private at = 0;
  private readonly code: string[];
  private readonly comments: string[];
  /** Of each template literal that is open: how deep in braces its `${` stands. */
  private readonly templates: number[] = [];
  private depth = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.code = text.split('');
    this.comments = this.code.map(char => (char === '\n' ? char : ' '));
  }

  views(): Views {
    while (this.at < this.text.length) this.step();
    return { text: this.text, code: this.code.join(''), comments: this.comments.join('') };
  }

  private step(): void {
    const char = this.text[this.at];
    const next = this.text[this.at + 1];
    if (char === '/' && next === '/') this.comment(this.find('\n', this.at));
    else if (char === '/' && next === '*') this.comment(this.find('*/', this.at + 2) + 2);
    else if (char === "'" || char === '"') this.string(char);
    else if (char === '`') this.template(this.at + 1);
    else if (char === '/' && this.valueMayStand()) this.regex();
    else if (char === '{') this.brace(1);
    else if (char === '}' && this.templates.at(-1) === this.depth) this.resumeTemplate();
    else if (char === '}') this.brace(-1);
    else this.at++;
  }

  private find(what: string, from: number): number {
    const found = this.text.indexOf(what, from);
    return found < 0 ? this.text.length : found;
  }

  private blank(from: number, to: number): void {
    for (let i = from; i < to && i < this.text.length; i++) if (this.text[i] !== '\n') this.code[i] = ' ';
  }

  private comment(end: number): void {
    this.blank(this.at, end);
    for (let i = this.at; i < end && i < this.text.length; i++) this.comments[i] = this.text[i] ?? '';
    this.at = end;
  }

  private string(quote: string): void {
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== quote && this.text[end] !== '\n') {
      end += this.text[end] === '\\' ? 2 : 1;
    }
    this.blank(this.at + 1, end);
    this.at = end + 1;
  }

  /** Reads a template's text from `from` to its end or to the `${` of its next hole. */
  private template(from: number): void {
    let end = from;
    while (end < this.text.length && this.text[end] !== '`') {
      if (this.text.startsWith('${', end)) {
        this.blank(from, end);
        this.depth++;
        this.templates.push(this.depth);
        this.at = end + 2;
        return;
      }
      end += this.text[end] === '\\' ? 2 : 1;
    }
    this.blank(from, end);
    this.at = end + 1;
  }

  private resumeTemplate(): void {
    this.templates.pop();
    this.depth--;
    this.template(this.at + 1);
  }

  private brace(by: number): void {
    this.depth += by;
    this.at++;
  }

  private valueMayStand(): boolean {
    const before = this.code
      .slice(Math.max(0, this.at - 200), this.at)
      .join('')
      .trimEnd();
    const word = /[\w$]+$/.exec(before)?.[0];
    return word === undefined ? !/[)\]}'"`]$/.test(before) : valueMayFollow.has(word);
  }

  private regex(): void {
    let end = this.at + 1;
    let inClass = false;
    while (end < this.text.length && this.text[end] !== '\n' && (inClass || this.text[end] !== '/')) {
      if (this.text[end] === '[') inClass = true;
      else if (this.text[end] === ']') inClass = false;
      end += this.text[end] === '\\' ? 2 : 1;
    }
    this.blank(this.at + 1, end);
    this.at = end + 1;
  }
}

export function views(text: string): Views {
  return new Scanner(text).views();
}

/** Something that a rule of the house found in a file. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly what: string;
}

/** The line, counted from 1, in which a place lies. */
export function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}
