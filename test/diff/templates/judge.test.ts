import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';

const refused = (error: string, status = 400) => ({ preview: { status, error } });
const taken = { preview: { status: 200, outputs: { o: { value: 1 } } } };
const told = (...of: Parameters<typeof judge>) => judge(...of).map(({ path, text }) => `${path}${text ? ' text' : ''}`);

describe('answers to a case', () => {
  it('differ as a whole where one is a refusal', () => {
    expect(judge(taken, refused('Invalid: no'))).toEqual([
      { path: 'preview', heat: '200 taken', convect: '400 Invalid: no', text: false },
    ]);
    expect(told(refused('Invalid: no', 500), refused('Invalid: no'))).toEqual(['preview']);
    expect(told(taken, {})).toEqual(['preview']);
  });

  it('differ in words alone where status, type and place are the same', () => {
    const at = (path: string, words: string) => refused(`StackValidationFailed: ${path}: : ${words}`);
    expect(told(at('outputs.o.value', 'a'), at('outputs.o.value', 'b'))).toEqual(['preview text']);
    expect(told(at('outputs.o.value', 'a'), at('outputs.p.value', 'a'))).toEqual(['preview']);
    expect(told(at('outputs.o.value', 'a'), refused('Invalid: outputs.o.value: : a'))).toEqual(['preview']);
    expect(told(at('outputs.o', 'a'), at('outputs.o', 'a'))).toEqual([]);
  });

  it('differ field by field where both are taken', () => {
    const other = { preview: { status: 200, outputs: { o: { value: '1' } } } };
    expect(told(taken, other)).toEqual(['preview.outputs.o.value']);
    expect(told(taken, taken)).toEqual([]);
  });
});
