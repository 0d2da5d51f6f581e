/** Places in a template, as Heat writes them in messages. */

/** `['resources', 'r', 'properties', 'l', 0]` → `resources.r.properties.l[0]`; strings of digits are indexes too (rest-api §1.1). */
export function joinPath(parts: readonly (string | number)[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number' || /^\p{Nd}+$/u.test(part)) path += `[${part}]`;
    else path = path === '' ? part : `${path}.${part}`;
  }
  return path;
}

/** The name of the function that stands at a call's place: `resources.r.properties.p.get_attr` → `get_attr`. */
export function functionName(at: string): string {
  return at.slice(at.lastIndexOf('.') + 1);
}

/** Where a call stands, without its own name. */
export function placeOf(at: string): string {
  return at.slice(0, at.lastIndexOf('.'));
}
