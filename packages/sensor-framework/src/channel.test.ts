import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelLog } from './channel.ts';
import type { Reading } from './reading.ts';
import { failedReading, goodReading, readingReasons } from './reading.ts';

const capture = (sequence: number, capturedNs = BigInt(sequence)) => ({
  channel: 'temperature',
  unit: 'degC',
  sequence,
  capturedNs,
  capturedWallNs: capturedNs + 1_000n,
});

const log = () => new ChannelLog({ name: 'temperature', unit: 'degC' });
const badReading = expect.objectContaining({ code: 'SENSOR_BAD_READING' });

describe('goodReading', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %s', (value) => {
    expect(() => goodReading(capture(1), value)).toThrow(badReading);
  });
});

describe('failedReading', () => {
  it('never carries the value of the reading it was made from', () => {
    expect('value' in failedReading(goodReading(capture(1), 20), 'stale')).toBe(false);
  });
});

describe('ChannelLog', () => {
  it('starts empty: no extremes, no last reading, every reason at 0', () => {
    const snapshot = log().snapshot();
    expect(snapshot).toMatchObject({ goodCount: 0, lostCount: 0, minimum: undefined, lastGood: undefined });
    expect(Object.keys(snapshot.failureCounts)).toEqual([...readingReasons]);
    expect(log().current(0n, 0n)).toBeUndefined();
  });

  it('keeps the last good reading when a failure follows, and gives the failure as current', () => {
    const state = log();
    state.record(goodReading(capture(1), 21));
    state.record(failedReading(capture(2), 'nack'));
    expect(state.snapshot()).toMatchObject({
      lastGood: { value: 21 },
      lastFailure: { reason: 'nack', sequence: 2 },
      failureCounts: { nack: 1, crc: 0 },
    });
    expect(state.current(2n, 100n)).toMatchObject({ reason: 'nack' });
  });

  it('turns a value that is too old into a stale failure with its own capture time', () => {
    const state = log();
    state.record(goodReading(capture(1, 1_000n), 21));
    expect(state.current(1_500n, 500n)).toMatchObject({ value: 21 });
    expect(state.current(1_501n, 500n)).toEqual({ ...capture(1, 1_000n), reason: 'stale' });
    expect(state.snapshot().failureCounts.stale).toBe(0);
  });

  it('counts gaps in the sequence as losses', () => {
    const state = log();
    for (const sequence of [5, 6, 9, 20]) state.record(goodReading(capture(sequence), 0));
    expect(state.snapshot().lostCount).toBe(12);
  });

  it('refuses, and does not record, readings of another channel, unit or order', () => {
    const state = log();
    state.record(goodReading(capture(2), 1));
    const before = state.snapshot();
    expect(() => state.record({ ...goodReading(capture(3), 1), channel: 'humidity' })).toThrow(badReading);
    expect(() => state.record({ ...goodReading(capture(3), 1), unit: 'K' })).toThrow(badReading);
    expect(() => state.record(goodReading(capture(2), 1))).toThrow(badReading);
    expect(() => state.record({ ...goodReading(capture(3), 1), value: Number.NaN })).toThrow(badReading);
    expect(state.snapshot()).toEqual(before);
  });

  it('accounts for every reading, and its extremes are those of the values alone', () => {
    const outcome = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(...readingReasons),
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 50 }), (outcomes) => {
        const state = log();
        const readings = outcomes.map(
          (result, index): Reading =>
            typeof result === 'number'
              ? goodReading(capture(index + 1), result)
              : failedReading(capture(index + 1), result),
        );
        for (const reading of readings) state.record(reading);
        const values = outcomes.filter((result) => typeof result === 'number');
        const snapshot = state.snapshot();
        expect(snapshot.goodCount).toBe(values.length);
        for (const reason of readingReasons) {
          expect(snapshot.failureCounts[reason]).toBe(outcomes.filter((result) => result === reason).length);
        }
        expect(snapshot.minimum).toBe(values.length === 0 ? undefined : Math.min(...values));
        expect(snapshot.maximum).toBe(values.length === 0 ? undefined : Math.max(...values));
      }),
    );
  });
});
