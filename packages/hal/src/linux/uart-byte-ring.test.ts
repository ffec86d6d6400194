import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interleave } from '../interleave.test-support.ts';
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

  const everyByte = { untoldGaps: 0, uncounted: 0, last: true };

  /** Bytes are numbered; each of them is read or lost, and a loss is told at its place. */
  class NumberedBytes {
    readonly ring = receiveRingOf(4, 2);
    #sent = 0;
    #expected = 0;
    #isGapTold = false;
    #read = 0;
    #untoldGaps = 0;

    put(count: number): void {
      this.ring.put(Uint8Array.from({ length: count }, (_, index) => this.#sent + index));
      this.#sent += count;
    }

    /** As the port reads. */
    read(most: number): number {
      if (this.ring.takeGap()) {
        this.#isGapTold = true;
        return 1;
      }
      const target = new Uint8Array(most);
      const count = this.ring.take(target.subarray(0, this.ring.count));
      for (const byte of target.subarray(0, count)) {
        if (!this.#isGapTold && byte !== this.#expected) this.#untoldGaps += 1;
        this.#isGapTold = false;
        this.#expected = byte + 1;
        this.#read += 1;
      }
      return count;
    }

    /** Reads to the end, where a loss is told before anything else comes. */
    account(): { readonly untoldGaps: number; readonly uncounted: number; readonly last: boolean } {
      while (this.read(2) > 0);
      const uncounted = this.#sent - this.#read - this.ring.lostCount;
      this.put(1);
      while (this.read(2) > 0);
      return { untoldGaps: this.#untoldGaps, uncounted, last: this.#expected === this.#sent };
    }
  }

  it.each([1, 2, 5, 9])('a read and %i bytes that come at any moment of it keep that rule', (count) => {
    for (const earlier of [0, 1, 3, 4, 6]) {
      for (let step = 1, steps = 1; step <= steps; step += 1) {
        const bytesOfPort = new NumberedBytes();
        bytesOfPort.put(earlier);
        const read = (): void => void bytesOfPort.read(3);
        const put = (): void => bytesOfPort.put(count);
        steps = interleave(step, read, put);
        expect(bytesOfPort.account(), `before operation ${step}`).toEqual(everyByte);
      }
    }
  });

  it.each([1, 2, 3])('a put and %i reads that come at any moment of it keep that rule', (reads) => {
    for (const earlier of [0, 1, 3, 4, 6]) {
      for (let step = 1, steps = 1; step <= steps; step += 1) {
        const bytesOfPort = new NumberedBytes();
        bytesOfPort.put(earlier);
        const put = (): void => bytesOfPort.put(3);
        const read = (): void => {
          for (let count = 0; count < reads; count += 1) bytesOfPort.read(3);
        };
        steps = interleave(step, put, read);
        expect(bytesOfPort.account(), `before operation ${step}`).toEqual(everyByte);
      }
    }
  });
});
