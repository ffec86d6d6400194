import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../mock/index.ts';
import { createReplayHal, parseRecording, recordHal } from './index.ts';
import { createBench, play, type Step, session, stillWorld } from './random-session.test-support.ts';

/** Records the steps on the mock, from a time that is not 0, and gives back what was seen and the recording. */
function record(steps: readonly Step[]): { readonly seen: unknown[]; readonly text: string } {
  const clock = new VirtualClock({ wallStartNs: 1_700_000_000_000_000_000n });
  clock.advanceTo(123_456_789n);
  const { hal, world } = createBench(clock);
  let text = '';
  const recording = recordHal(hal, clock, { write: (line) => (text += line) });
  recording.begin();
  const seen = play(steps, recording, clock, world);
  recording.finish();
  return { seen, text };
}

function replay(steps: readonly Step[], text: string): unknown[] {
  const hal = createReplayHal(parseRecording(text));
  const seen = play(steps, hal, hal.clock, stillWorld);
  hal.finish();
  return seen;
}

describe('a recorded session that is replayed', () => {
  it('gives the same answers, errors and events at the same times, for any session', () => {
    let eventCount = 0;
    fc.assert(
      fc.property(session, (steps) => {
        const { seen, text } = record(steps);
        eventCount += text.split('"event":').length - 1;
        expect(replay(steps, text)).toEqual(seen);
      }),
      { numRuns: 400 },
    );
    // Sessions without events would show little.
    expect(eventCount).toBeGreaterThan(100);
  });

  it('is the same as the session without a recorder', () => {
    fc.assert(
      fc.property(session, (steps) => {
        const clock = new VirtualClock({ wallStartNs: 1_700_000_000_000_000_000n });
        clock.advanceTo(123_456_789n);
        const { hal, world } = createBench(clock);
        expect(record(steps).seen).toEqual(play(steps, hal, clock, world));
      }),
    );
  });

  it('records the same again when it is recorded itself', () => {
    fc.assert(
      fc.property(session, (steps) => {
        const { text } = record(steps);
        const hal = createReplayHal(parseRecording(text));
        let again = '';
        const recording = recordHal(hal, hal.clock, { write: (line) => (again += line) });
        recording.begin();
        play(steps, recording, hal.clock, stillWorld);
        recording.finish();
        expect(again).toBe(text);
      }),
    );
  });
});
