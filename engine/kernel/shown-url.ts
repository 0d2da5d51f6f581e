/** A URL as messages show it: a user and a password that stand in it are for nobody who reads them later. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:[\\/]{0,2})[^\\/?#]*@/i, '$1***@');
}
