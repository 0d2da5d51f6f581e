/** Python's str.format(), and datetimes' strftime(). */
import { formatted } from '../format.ts';
import { define, type Overload } from '../signature.ts';
import { strftime } from '../strftime.ts';
import { named, param, rest, types } from '../types.ts';

const { any, moment, string } = types;

export const formatting: readonly Overload[] = [
  define(
    'format',
    'both',
    [param('_FormatString', string), rest('args', any), named('kwargs', any)],
    (site, text, args, given) => formatted(text, args, given, site.meter),
  ),
  define('format', 'method', [param('dt', moment), param('format', string)], (_, when, text) => strftime(when, text)),
];
