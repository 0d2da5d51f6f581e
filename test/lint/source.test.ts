import { describe, expect, it } from 'vitest';
import { lineOf, views } from './source.ts';

/** The code that is left, with runs of blanks as one. */
const code = (text: string): string => views(text).code.replace(/ +/g, ' ').trim();
const comments = (text: string): string => views(text).comments.replace(/ +/g, ' ').trim();

describe('views of a source', () => {
  it('are as long as it, line by line', () => {
    const text = 'a; // b\nconst s = `x\n${y /* z\n */}`;\n/re/.test("q");\n';
    for (const view of [views(text).code, views(text).comments]) {
      expect(view.split('\n').map(line => line.length)).toEqual(text.split('\n').map(line => line.length));
    }
  });

  it.each([
    ['comments', 'a; // Date\nb; /* Date\n Date */ c;', 'a; \nb; \n c;'],
    ['strings', `f('Date', "it's \\" Date");`, `f(' ', " ");`],
    ['a comment in a string', `f('http://x'); g();`, `f(' '); g();`],
    ['a quote in a comment', `// don't\nDate;`, `Date;`],
    ['a template, but not its holes', 'f(`Date ${now(`Date ${Date}`)} Date`);', 'f(` ${now(` ${Date}`)} `);'],
    ['braces in a hole', 'f(`a${ { b: { c } } }Date`); d;', 'f(` ${ { b: { c } } } `); d;'],
    ['regular expressions', 'x = /[/"]Date\\//g; y;', 'x = / /g; y;'],
    ['a regular expression after return', 'return /"/.test(s); Date', 'return / /.test(s); Date'],
    ['an escaped backtick', 'f(`\\`Date`); Date', 'f(` `); Date'],
    ['a string that is not closed', `f('Date\nDate`, `f(' \nDate`],
  ])('blank %s', (_, text, left) => {
    expect(code(text)).toBe(left);
  });

  it('leave a division alone', () => {
    expect(code('a / b; (c) / d; e[0] / Date / 2;')).toBe('a / b; (c) / d; e[0] / Date / 2;');
  });

  it('show comments alone', () => {
    expect(comments(`f('// no'); // yes\n/* and\nthis */ g(\`/* no \${h /* too */} */\`);`)).toBe(
      '// yes\n/* and\nthis */ /* too */',
    );
  });
});

it('counts lines from 1', () => {
  expect([lineOf('a\nb\nc', 0), lineOf('a\nb\nc', 2), lineOf('a\nb\nc', 4)]).toEqual([1, 2, 3]);
});
