#!/usr/bin/env python3
"""Records how PyYAML's safe dumper over libyaml writes values: test/yaml/dumps.jsonl, a value and its text per line.

Run it where python3-yaml is installed; engine/values/yaml-writer.test.ts compares. The values are made from a seed, so a
second run writes the same file.
"""
import json
import os
import random

import yaml

TEXTS = [
    '', ' ', 'a', 'a b', ' a', 'a ', '-', '- a', '-a', '?', '? a', ':', 'a:', 'a: b', 'a:b', '#', 'a #b', 'a#b', '---', '--- a', '...',
    '!', '!a', '&', '&a', '*', '*a', '=', '<<', '~', 'null', 'Null', 'true', 'yes', 'No', 'on', 'y', 'n', '1', '-1', '0x1f', '017', '1_000',
    '1.5', '.5', '1e3', '1.0e+3', '.inf', '12:30', '2013-05-23', '2013-05-23T10:00:00Z', '2013-5-2', '%a', '@a', '`a', "it's", "'a'", '"a"',
    'say "hi"', 'a\\b', '[a', 'a]', '{a}', 'a, b', '|', '>', '> a', 'a\n', 'a\nb', 'a\n\nb', '\na', 'a\n b', 'a \nb', 'a\tb', '\t', 'a\rb',
    '#!/bin/bash\necho hi\n', '#!/bin/sh\nif true; then\n  echo "x"\nfi\n', 'é', '日本', '\U0001f600', 'a\u2028b', 'a\x85b', '\x07\x1b', '\xa0',
    '\ufeff', 'word ' * 30, 'word ' * 30 + 'end', "it's " * 30, 'é word ' * 20, 'x' * 200, ('x' * 60 + ' ') * 4, 'a  b ' * 30, 'l1 ' * 40 + '\n' + 'l2 ' * 40,
    'a: ' * 30 + 'b', 'tab\t' * 20 + 'x y ' * 30,
]
SCALARS = [None, True, False, 0, 1, -5, 10**20, 1.0, 0.5, -2.25, 1e17, 1e-7, 1.5e300]


def value(dice, depth):
    kind = dice.random()
    if depth == 0 or kind < 0.45:
        return dice.choice(TEXTS) if dice.random() < 0.8 else dice.choice(SCALARS)
    if kind < 0.7:
        return [value(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(TEXTS) if dice.random() < 0.3 else dice.choice('abcdefgh'): value(dice, depth - 1) for _ in range(dice.randrange(4))}


def main():
    dice = random.Random(7)
    cases = TEXTS + SCALARS + [{'k': text} for text in TEXTS] + [[text] for text in TEXTS] + [{text: 1} for text in TEXTS]
    cases += [{text: [text, {'x': text}]} for text in TEXTS] + [value(dice, 4) for _ in range(400)]
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, 'dumps.jsonl'), 'w') as file:
        for case in cases:
            file.write(json.dumps([case, yaml.dump(case, Dumper=yaml.CSafeDumper)]) + '\n')


main()
