import { describe, expect, it } from 'vitest';
import { createSignalSteps } from './stop-signals.ts';

const stepsAt = (...times: readonly number[]) => {
  const left = [...times];
  const next = createSignalSteps(() => left.shift() ?? Number.NaN);
  return times.map(() => next());
};

describe('signals to stop', () => {
  it('ask first and end the app at a second press', () => {
    expect(stepsAt(1000, 2000)).toEqual(['ask', 'end']);
    expect(stepsAt(0, 300)).toEqual(['ask', 'end']);
  });

  it('end the process at a third press, and at any after it', () => {
    expect(stepsAt(1000, 2000, 3000, 4000)).toEqual(['ask', 'end', 'kill', 'kill']);
  });

  it('that npm passed on are the same press', () => {
    expect(stepsAt(1000, 1000, 1012)).toEqual(['ask', 'none', 'none']);
    expect(stepsAt(1000, 1010, 1500, 1510)).toEqual(['ask', 'none', 'end', 'none']);
    expect(stepsAt(1000, 1500, 1510, 1520)).toEqual(['ask', 'end', 'none', 'none']);
  });
});
