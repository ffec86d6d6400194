import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HalEvent } from '../contract/event.ts';
import { interleave } from '../interleave.test-support.ts';
import { createDoorbell, createRemoteChannel } from './channel.ts';
import { EventRingReader, EventRingWriter } from './event-ring.ts';

function createRing(eventCapacity: number) {
  const { events } = createRemoteChannel({ doorbell: createDoorbell(), eventCapacity });
  return {
    writer: new EventRingWriter(events),
    reader: new EventRingReader(events),
    words: new Int32Array(events),
  };
}

function edge(sequence: number): HalEvent {
  return { kind: 'edge', token: 3, timeNs: 10n ** 15n + BigInt(sequence), sequence, detail: sequence % 2 };
}

describe('event ring', () => {
  it('keeps the newest events in order and counts the others, whatever the order of pushes and takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (capacity, pushes) => {
          const { writer, reader } = createRing(capacity);
          const expected: HalEvent[] = [];
          const taken: (HalEvent | undefined)[] = [];
          const expectedTaken: (HalEvent | undefined)[] = [];
          let sequence = 0;
          let dropped = 0;
          for (const push of pushes) {
            if (push) {
              sequence += 1;
              writer.push(edge(sequence));
              expected.push(edge(sequence));
              if (expected.length > capacity) {
                expected.shift();
                dropped += 1;
              }
            } else {
              taken.push(reader.next());
              expectedTaken.push(expected.shift());
            }
          }
          expect(taken).toEqual(expectedTaken);
          expect(reader.droppedCount()).toBe(dropped);
        },
      ),
    );
  });

  it.each([-1, 1_000_000_007, 0x7fff_ffff, -0x8000_0000])(
    'goes on with new events after the reader index became %i',
    (garbage) => {
      const { writer, reader, words } = createRing(4);
      for (let count = 1; count <= 3; count += 1) writer.push(edge(count));
      Atomics.store(words, 0, garbage);
      writer.push(edge(4));
      expect(reader.next()).toEqual(edge(4));
      expect(reader.next()).toBeUndefined();
    },
  );

  /** A ring of three whose events are numbered. */
  class NumberedEvents {
    readonly #ring = createRing(3);
    readonly #taken: HalEvent[] = [];
    #pushed = 0;

    push(count: number): void {
      for (let pushes = 0; pushes < count; pushes += 1) {
        this.#pushed += 1;
        this.#ring.writer.push(edge(this.#pushed));
      }
    }

    take(count: number): void {
      for (let takes = 0; takes < count; takes += 1) {
        const event = this.#ring.reader.next();
        if (event === undefined) return;
        this.#taken.push(event);
      }
    }

    /** Takes the rest. */
    account() {
      this.take(Number.POSITIVE_INFINITY);
      return {
        taken: this.#taken,
        droppedCount: this.#ring.reader.droppedCount(),
        pushedCount: this.#pushed,
      };
    }
  }

  it.each([1, 2, 3])(
    'a take and a push lose and repeat nothing uncounted, whenever %i of the other come into it',
    (count) => {
      const meetings = [
        (events: NumberedEvents, step: number) =>
          interleave(
            step,
            () => events.take(1),
            () => events.push(count),
          ),
        (events: NumberedEvents, step: number) =>
          interleave(
            step,
            () => events.push(1),
            () => events.take(count),
          ),
      ];
      for (const meet of meetings) {
        for (const waiting of [0, 1, 2, 3]) {
          for (let step = 1, steps = 1; step <= steps; step += 1) {
            const events = new NumberedEvents();
            events.push(waiting);
            steps = meet(events, step);
            const { taken, droppedCount, pushedCount } = events.account();
            const sequences = taken.map(({ sequence }) => sequence);
            expect(taken, `before operation ${step}`).toEqual(sequences.map(edge));
            expect(sequences, `before operation ${step}`).toEqual(
              [...new Set(sequences)].sort((a, b) => a - b),
            );
            expect(taken.length + droppedCount, `before operation ${step}`).toBe(pushedCount);
          }
        }
      }
    },
  );
});
