#!/usr/bin/python3
"""Records what yaql itself (Debian's python3-yaql 2.0.0) answers to cases.txt, called as Heat calls it.

    /usr/bin/python3 test/yaql/record.py        # writes test/fixtures/yaql.json

The answers are the reference of engine/template/yaql (yaql.test.ts compares them all). Addresses of objects are taken
out of texts, and sets are marked as unordered; what is left is the same in every run.
"""
import datetime
import json
import os
import re
import signal
import sys

from oslo_serialization import jsonutils
import yaql

HERE = os.path.dirname(os.path.abspath(__file__))
ADDRESS = re.compile(r'<(?:yaql[\w.]*\.)?([\w.]+) object(?: [\w.<>]+)? at 0x[0-9a-f]+>')


def cases():
    """A line is an expression; `> ` sets the data for what follows, `json:` is for an expression with odd characters."""
    data = {}
    with open(os.path.join(HERE, 'cases.txt'), encoding='utf-8') as lines:
        for line in lines:
            line = line.rstrip('\n')
            if not line or line.startswith('#'):
                continue
            if line.startswith('> '):
                data = json.loads(line[2:])
            elif line.startswith('json:'):
                yield json.loads(line[5:]), data
            else:
                yield line, data


def has_set(value):
    if isinstance(value, (set, frozenset)):
        return True
    if isinstance(value, dict):
        return any(has_set(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(has_set(item) for item in value)


def too_slow(_signal, _frame):
    raise TimeoutError('no answer within 20 s')


def oddity(value):
    """What no template can hold; what Heat would make of it depends on the service that shows it."""
    return None if value is None or isinstance(
        value, (bool, int, float, str, dict, list, tuple, set, frozenset, datetime.datetime)) else type(value).__name__


def answer(parse, context, expression, data):
    signal.alarm(20)
    try:
        value = parse(expression).evaluate({'data': data}, context.create_child_context())
        if oddity(value):
            return {'odd': oddity(value)}
        shown = json.loads(json.dumps(jsonutils.to_primitive(value, convert_instances=True)))
        if isinstance(shown, str):
            shown = ADDRESS.sub(r'<\1 object>', shown)
        # characters() makes a tuple of a set.
        unordered = has_set(value) or expression.startswith('characters(')
        return {'value': shown, 'unordered': True} if unordered else {'value': shown}
    except Exception as error:
        return {'error': ADDRESS.sub(r'<\1 object>', str(error)), 'type': type(error).__name__}
    finally:
        signal.alarm(0)


def main():
    if os.environ.get('PYTHONHASHSEED') != '0':
        os.execve(sys.executable, [sys.executable] + sys.argv, dict(os.environ, PYTHONHASHSEED='0'))
    signal.signal(signal.SIGALRM, too_slow)
    options = {'yaql.limitIterators': 200, 'yaql.memoryQuota': 10000}
    parse = yaql.YaqlFactory().create(options)
    context = yaql.create_context()
    rows, sets = [], []
    for expression, data in cases():
        if data not in sets:
            sets.append(data)
        row = {'expression': expression, 'data': sets.index(data), **answer(parse, context, expression, data)}
        rows.append(json.dumps(row, ensure_ascii=False))
    with open(os.path.join(HERE, '..', 'fixtures', 'yaql.json'), 'w', encoding='utf-8') as out:
        out.write('{"about": "What yaql 2.0.0 under CPython 3.11 answers to cases.txt (record.py).",\n"data": [\n')
        out.write(',\n'.join(json.dumps(data, ensure_ascii=False) for data in sets))
        out.write('],\n"cases": [\n')
        out.write(',\n'.join(rows))
        out.write('\n]}\n')
    print('recorded: %d cases' % len(rows))


if __name__ == '__main__':
    main()
