/** JSON as Python writes it: where Heat turns a value into text inside of a text. */
import { floatNumber } from '../values/floats.ts';
import { writeJson } from '../values/json.ts';
import { pyStr } from '../values/python.ts';
import { isFloat, isList, isMap, type Value } from '../values/value.ts';

/** json.dumps(value), with sort_keys=True where `sorted`: ASCII only, `1e3` as 1000.0. */
export function dumps(value: Value, sorted = true): string {
  return writeJson(pythonFloats(value), { sortedKeys: sorted, pythonSeparators: true, asciiOnly: true });
}

/** Floats lose the text they were written in: Python knows only their number. */
function pythonFloats(value: Value): Value {
  if (isFloat(value)) return Number.isFinite(floatNumber(value)) ? { float: pyStr(value) } : value;
  if (isList(value)) return value.map(pythonFloats);
  if (isMap(value)) return new Map([...value].map(([key, item]) => [key, pythonFloats(item)]));
  return value;
}
