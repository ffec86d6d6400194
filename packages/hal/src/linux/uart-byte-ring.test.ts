import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRing } from './uart-byte-ring.ts';
import { UartReceiveRing } from './uart-receive-ring.ts';

/** Positions start just before they wrap at 2^32, where a mistake would show. */
function ringOf(length: number): ByteRing {
  const words = new Int32Array(new SharedArrayBuffer(8)).fill(-3);
  return new ByteRing({ words, head: 0, tail: 1 }, new Uint8Array(length));
}

function receiveRingOf(length: number, placeCount: number): UartReceiveRing {
  const words = new Int32Array(new SharedArrayBuffer(4 * (3 + placeCount)));
  return new UartReceiveRing(ringOf(length), { words, head: 0, tail: 1, lost: 2, places: 3, placeCount });
}

const bytes = fc.uint8Array({ maxLength: 12 });

describe('a ring of bytes', () => {
  it('gives back what was put in, in order, and never holds more than its length', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(bytes, fc.nat(12))), (steps) => {
        const ring = ringOf(8);
        const model: number[] = [];
        for (const step of steps) {
          if (typeof step === 'number') {
            const target = new Uint8Array(step);
            const count = ring.take(target);
            expect([...target.subarray(0, count)]).toEqual(model.splice(0, step));
          } else {
            const room = 8 - model.length;
            expect(ring.put(step)).toBe(Math.min(room, step.length));
            model.push(...step.subarray(0, room));
          }
          expect([ring.count, ring.room]).toEqual([model.length, 8 - model.length]);
        }
      }),
    );
  });

  it('peek takes nothing until it is dropped', () => {
    const ring = ringOf(8);
    ring.put(Uint8Array.of(1, 2, 3));
    const target = new Uint8Array(2);
    expect([ring.peek(target), ...target, ring.count]).toEqual([2, 1, 2, 3]);
    ring.drop(1);
    expect([ring.peek(target), ...target, ring.count]).toEqual([2, 2, 3, 2]);
  });
});

describe('a ring of received bytes', () => {
  it('tells a gap once, after the bytes before it', () => {
    const ring = receiveRingOf(4, 2);
    ring.put(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect([ring.takeGap(), ring.lostCount]).toEqual([false, 2]);
    const target = new Uint8Array(3);
    expect([ring.take(target), ...target]).toEqual([3, 1, 2, 3]);
    ring.put(Uint8Array.of(7, 8));
    expect(ring.takeGap()).toBe(false);
    expect([ring.take(target), target[0]]).toEqual([1, 4]);
    expect([ring.take(target), ring.takeGap(), ring.takeGap()]).toEqual([0, true, false]);
    expect([ring.take(target), target[0], target[1]]).toEqual([2, 7, 8]);
  });

  it('losses at the same place are one gap, and every lost byte is counted', () => {
    const ring = receiveRingOf(4, 2);
    ring.put(Uint8Array.of(1, 2, 3, 4, 5));
    ring.put(Uint8Array.of(6, 7));
    expect(ring.take(new Uint8Array(4))).toBe(4);
    expect([ring.takeGap(), ring.takeGap(), ring.lostCount]).toEqual([true, false, 3]);
  });

  it('whatever is lost or taken, what is read is what was sent but for the told gaps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant('read' as const))),
        (steps) => {
          const ring = receiveRingOf(8, 2);
          let sent = 0;
          let expected = 0;
          let gapTold = false;
          let read = 0;
          const readAll = (most: number): void => {
            for (let count = 0; count < most; count += 1) {
              if (ring.takeGap()) gapTold = true;
              const target = new Uint8Array(1);
              if (ring.take(target) === 0) continue;
              read += 1;
              // Without a told gap the next byte follows the last one.
              if (!gapTold) expect(target[0]).toBe(expected % 256);
              expected = (target[0] as number) + 1;
              gapTold = false;
            }
          };
          for (const step of steps) {
            if (step === 'read') readAll(3);
            else {
              ring.put(Uint8Array.from({ length: step }, (_, index) => (sent + index) % 256));
              sent += step;
            }
          }
          readAll(100);
          expect(read + ring.lostCount).toBe(sent);
          expect(ring.takeGap()).toBe(false);
        },
      ),
    );
  });
});
