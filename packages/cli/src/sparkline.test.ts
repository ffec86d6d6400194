import { describe, expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

describe('a sparkline', () => {
  it('goes from the lowest to the highest block, and shows where there was no value', () => {
    expect(sparkline([0, 1, undefined, 7])).toBe('▁▂·█');
  });

  it('is level when nothing moves, and empty without values', () => {
    expect(sparkline([5, 5])).toBe('▄▄');
    expect(sparkline([undefined])).toBe('·');
    expect(sparkline([])).toBe('');
  });
});
