import { describe, expect, it } from 'vitest';
import { recordedCases, templateCases } from './all.ts';
import { matrix } from './matrix.ts';

describe('the matrix of functions and versions', () => {
  it('has no hole', () => {
    const { holes, lines } = matrix(templateCases, new Set());
    expect(holes).toEqual([]);
    expect(lines.join('\n')).not.toContain('HOLE');
    expect(lines.find(line => line.startsWith('yaql '))).toMatch(/d1 +d1 +d1 +d1 +d1 +g1 b\d/);
  });

  it('tells what no case shows any more', () => {
    const left = templateCases.filter(({ name }) => !name.startsWith('functions/digest/2015-10-15/good'));
    expect(matrix(left, new Set()).holes).toEqual(['digest × 2015-10-15: good']);
    const withoutData = templateCases.filter(({ name }) => name !== 'conditions/data/heat');
    expect(matrix(withoutData, new Set()).holes).toContain('Fn::Equals × heat: data');
    const modulo = templateCases.filter(({ name }) => name !== 'constraints/modulo/2013-05-23/unknown');
    expect(matrix(modulo, new Set()).holes).toEqual(['modulo × 2013-05-23: bad']);
  });

  it('marks what differs', () => {
    const { lines } = matrix(templateCases, new Set(['functions/digest/2015-10-15/good']));
    expect(lines.find(line => line.startsWith('digest'))).toMatch(/g1! b/);
  });
});

describe('the cases', () => {
  it('are named once each, and more than three hundred', () => {
    expect(new Set(recordedCases.map(({ name }) => name)).size).toBe(recordedCases.length);
    expect(templateCases.length).toBeGreaterThan(300);
  });
});
