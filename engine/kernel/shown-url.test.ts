import { expect, it } from 'vitest';
import { shownUrl } from './shown-url.ts';

it.each([
  ['http://user:secret@h/a.yaml', 'http://***@h/a.yaml'],
  ['https://token@h:8/a.yaml?b=c@d', 'https://***@h:8/a.yaml?b=c@d'],
  ['http://a@b:secret@h/x', 'http://***@h/x'],
  ['http:\\\\user:secret@h/x', 'http:\\\\***@h/x'],
  ['http:user:secret@h', 'http:***@h'],
  ['http://h/a@b.yaml', 'http://h/a@b.yaml'],
  ['file:///a@b.yaml', 'file:///a@b.yaml'],
  ['a@b.yaml', 'a@b.yaml'],
])('%s is shown as %s', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
