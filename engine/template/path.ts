/** Places in a template, as Heat writes them in messages. */

/** `['resources', 'r', 'properties', 'l', 0]` → `resources.r.properties.l[0]`; strings of digits are indexes too (rest-api §1.1). */
export function joinPath(parts: readonly (string | number)[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number' || isDigits(part)) path += `[${part}]`;
    else path = path === '' ? part : `${path}.${part}`;
  }
  return path;
}

/** Most parts begin with a letter, and every resource's place is written: the expression is for the rest. */
function isDigits(part: string): boolean {
  const first = part.charCodeAt(0);
  return (first > 127 || (first >= 48 && first <= 57)) && /^\p{Nd}+$/u.test(part);
}

/** The name of the function that stands at a call's place: `resources.r.properties.p.get_attr` → `get_attr`. */
export function functionName(at: string): string {
  return at.slice(at.lastIndexOf('.') + 1);
}

/** Where a call stands, without its own name. */
export function placeOf(at: string): string {
  return at.slice(0, at.lastIndexOf('.'));
}
