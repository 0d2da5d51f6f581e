/** JSON values as Python prints them: the services' messages quote what they were given so. */

export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([key, item]) => `${quoted(key)}: ${repr(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return String(value);
}

/** As `str()` prints: a string without quotes, all else as `repr`. */
export const str = (value: unknown): string => (typeof value === 'string' ? value : repr(value));

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = [...text].map(char => escaped(char, quote)).join('');
  return `${quote}${inner}${quote}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(char: string, quote: string): string {
  const known = escapes[char];
  if (known !== undefined) return known;
  if (char === quote) return `\\${char}`;
  const code = char.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : char;
}
