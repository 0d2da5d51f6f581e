import { expect, it } from 'vitest';
import { Progress, treeLines } from './progress.ts';

const resources = [
  { name: 'one', type: 'OS::Heat::Value', status: 'CREATE_COMPLETE' },
  { name: 'three', type: 'OS::Heat::Delay', status: 'CREATE_IN_PROGRESS' },
];

function screen(isTty: boolean) {
  const written: string[] = [];
  return { written, isTty, write: (text: string) => void written.push(text) };
}

it('draws a line a resource, in columns', () => {
  expect(treeLines('demo', 'CREATE_FAILED', resources)).toEqual([
    '✗ demo  CREATE_FAILED',
    '├─ ✓ one    OS::Heat::Value  CREATE_COMPLETE',
    '└─ … three  OS::Heat::Delay  CREATE_IN_PROGRESS',
  ]);
});

it('does not call done what has not begun', () => {
  const waiting = [{ name: 'one', type: 'OS::Heat::Value', status: 'INIT_COMPLETE' }];
  expect(treeLines('demo', 'CREATE_IN_PROGRESS', waiting)[1]).toBe('└─ · one  OS::Heat::Value  INIT_COMPLETE');
});

it('redraws in place on a terminal, only when something changed', () => {
  const tty = screen(true);
  const progress = new Progress(tty);
  progress.show('demo', 'CREATE_IN_PROGRESS', resources);
  progress.show('demo', 'CREATE_IN_PROGRESS', resources);
  progress.show('demo', 'CREATE_COMPLETE', resources);
  expect(tty.written).toHaveLength(2);
  expect(tty.written[0]?.startsWith('\x1b[2K… demo')).toBe(true);
  expect(tty.written[1]?.startsWith('\x1b[3A\x1b[2K✓ demo')).toBe(true);
});

it('writes plain lines elsewhere, one per change, without control characters', () => {
  const file = screen(false);
  const progress = new Progress(file);
  progress.show('demo', 'CREATE_IN_PROGRESS', resources.slice(0, 1));
  progress.show('demo', 'CREATE_IN_PROGRESS', resources);
  progress.show('demo', 'CREATE_COMPLETE', resources);
  expect(file.written).toEqual([
    '✓ one  OS::Heat::Value  CREATE_COMPLETE\n',
    '… demo  CREATE_IN_PROGRESS\n',
    '… three  OS::Heat::Delay  CREATE_IN_PROGRESS\n',
    '✓ demo  CREATE_COMPLETE\n',
  ]);
});

it('clears what a shorter tree leaves, and says elsewhere what is gone', () => {
  const tty = screen(true);
  const onTerminal = new Progress(tty);
  onTerminal.show('demo', 'DELETE_IN_PROGRESS', resources);
  onTerminal.show('demo', 'DELETE_IN_PROGRESS', resources.slice(0, 1));
  expect(tty.written[1]?.startsWith('\x1b[3A')).toBe(true);
  expect(tty.written[1]?.endsWith('\n\x1b[J')).toBe(true);
  const file = screen(false);
  const progress = new Progress(file);
  progress.show('demo', 'DELETE_IN_PROGRESS', resources);
  progress.show('demo', 'DELETE_COMPLETE', []);
  expect(file.written.slice(3)).toEqual([
    '✓ one  OS::Heat::Value  DELETE_COMPLETE\n',
    '✓ three  OS::Heat::Delay  DELETE_COMPLETE\n',
    '✓ demo  DELETE_COMPLETE\n',
  ]);
});
