import { describe, expect, it } from 'vitest';
import { guestLoops } from './loops.ts';
import { joinMeasurements, LoopSequence, type MeasurementSettings } from './measurement.ts';
import { problemsOf } from './report.ts';

const settings: MeasurementSettings = { rounds: 2, warmUpRounds: 1, loopNs: 1000 };

/** Runs a sequence on a clock of its own in which a call of loop `index` takes `nsPerCall[index]`. */
function runSequence(nsPerCall: readonly number[], failures = 0) {
  let nowNs = 0;
  const names = nsPerCall.map((_, index) => `loop ${index}`);
  const sequence = new LoopSequence(names, settings, () => BigInt(nowNs));
  const order: number[] = [];
  const counts: number[] = [];
  for (let index = sequence.next(); index >= 0; index = sequence.next()) {
    order.push(index);
    const count = sequence.start();
    counts.push(count);
    nowNs += count * (nsPerCall[index] as number);
    sequence.stop(failures);
    // Between two loops, and in no sample.
    nowNs += 12_345;
  }
  return { order, counts, measurement: sequence.measurement() };
}

describe('loop sequence', () => {
  it('runs every loop in every round, each second round backwards', () => {
    expect(runSequence([1, 2, 3]).order).toEqual([0, 1, 2, 2, 1, 0, 0, 1, 2]);
  });

  it('finds in the warm-up how many turns fill the time that a loop is to take', () => {
    expect(runSequence([1, 10]).counts.slice(2)).toEqual([100, 1000, 1000, 100]);
  });

  it('keeps one sample a round without the warm-up', () => {
    expect(runSequence([1, 10]).measurement.nsPerCall).toEqual({ 'loop 0': [1, 1], 'loop 1': [10, 10] });
  });

  it('counts failures of all rounds, the warm-up too', () => {
    expect(runSequence([1], 2).measurement.failures).toEqual({ 'loop 0': 6 });
  });

  it('joins the rounds of several runs', () => {
    const one = { nsPerCall: { a: [1] }, failures: { a: 1 } };
    const other = { nsPerCall: { a: [2, 3], b: [4] }, failures: { a: 1, b: 0 } };
    expect(joinMeasurements([one, other])).toEqual({
      nsPerCall: { a: [1, 2, 3], b: [4] },
      failures: { a: 2, b: 0 },
    });
  });
});

describe('problems of a run', () => {
  const good = {
    nsPerCall: Object.fromEntries(guestLoops.map((name) => [name, [1, 2]])),
    failures: Object.fromEntries(guestLoops.map((name) => [name, 0])),
  };

  it('finds none where every loop has samples and no call failed', () => {
    expect(problemsOf('inline', good)).toEqual([]);
  });

  it('names the loop in which calls failed', () => {
    const failures = { ...good.failures, 'GPIO write': 3 };
    expect(problemsOf('worker', { ...good, failures })).toEqual(['worker: GPIO write: 3 calls failed']);
  });

  it('names a loop without a sample, empty or missing', () => {
    const { 'bare call': _, ...others } = good.nsPerCall;
    const nsPerCall = { ...others, 'GPIO read': [] };
    expect(problemsOf('inline', { ...good, nsPerCall })).toEqual([
      'inline: GPIO read: no sample',
      'inline: bare call: no sample',
    ]);
  });
});
