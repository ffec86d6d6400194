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

  it.each([1, 2, 3])(
    'a take loses and repeats nothing uncounted, whenever %i pushes come into it',
    (pushCount) => {
      for (const waiting of [0, 1, 2, 3]) {
        for (let step = 1, steps = 1; step <= steps; step += 1) {
          const { writer, reader } = createRing(3);
          let sequence = 0;
          const push = (): void => {
            sequence += 1;
            writer.push(edge(sequence));
          };
          const taken: number[] = [];
          const take = (): boolean => {
            const event = reader.next();
            if (event === undefined) return false;
            expect(event).toEqual(edge(event.sequence));
            taken.push(event.sequence);
            return true;
          };
          for (let count = 0; count < waiting; count += 1) push();
          steps = interleave(step, take, () => {
            for (let count = 0; count < pushCount; count += 1) push();
          });
          while (take());
          expect(taken, `before operation ${step}`).toEqual([...new Set(taken)].sort((a, b) => a - b));
          expect(taken.length + reader.droppedCount(), `before operation ${step}`).toBe(sequence);
        }
      }
    },
  );

  it.each([1, 2, 3])(
    'a push loses and repeats nothing uncounted, whenever %i takes come into it',
    (takeCount) => {
      for (const waiting of [0, 1, 2, 3]) {
        for (let step = 1, steps = 1; step <= steps; step += 1) {
          const { writer, reader } = createRing(3);
          const taken: number[] = [];
          const take = (): boolean => {
            const event = reader.next();
            if (event !== undefined) taken.push(event.sequence);
            return event !== undefined;
          };
          for (let count = 1; count <= waiting; count += 1) writer.push(edge(count));
          steps = interleave(
            step,
            () => writer.push(edge(waiting + 1)),
            () => {
              for (let count = 0; count < takeCount; count += 1) take();
            },
          );
          while (take());
          expect(taken, `before operation ${step}`).toEqual([...new Set(taken)].sort((a, b) => a - b));
          expect(taken.length + reader.droppedCount(), `before operation ${step}`).toBe(waiting + 1);
        }
      }
    },
  );
});
