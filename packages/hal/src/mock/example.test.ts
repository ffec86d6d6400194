import { expect, it } from 'vitest';
import type { Hal } from '../index.ts';
import { i2cWriteRead, millisecondsToNs } from '../index.ts';
import { MockBoard, RegisterMapChip, VirtualClock } from './index.ts';

/** The simulated part, from its datasheet: register 0 holds the temperature in steps of 0.5 °C. */
class Thermometer extends RegisterMapChip {
  setTemperatureC(celsius: number): void {
    this.registers[0] = Math.round(celsius * 2);
  }
}

/** The code under test: switches the fan on GPIO 17 by the temperature at 0x48. */
class FanControl {
  readonly #bus;
  readonly #fan;
  failureCount = 0;

  constructor(hal: Hal) {
    this.#bus = hal.openI2cBus({ bus: 1, consumer: 'fan' });
    this.#fan = hal.openGpioLine({ offset: 17, consumer: 'fan', direction: 'output', safeLevel: 1 });
  }

  step(): void {
    const reading = new Uint8Array(1);
    try {
      i2cWriteRead(this.#bus, 0x48, Uint8Array.of(0), reading);
      this.#fan.write((reading[0] ?? 0) * 0.5 > 60 ? 1 : 0);
    } catch {
      this.failureCount += 1;
    }
  }

  close(): void {
    this.#fan.close();
    this.#bus.close();
  }
}

it('runs the fan above 60 °C, survives a bad contact, and leaves the fan on', () => {
  // The world: a clock that only this test moves, a board, a chip on it.
  const clock = new VirtualClock();
  const board = new MockBoard({ clock });
  const thermometer = new Thermometer();
  board.attachI2cChip(1, 0x48, thermometer);
  // The contact is bad from 200 ms to 300 ms.
  board.faults.add({ kind: 'i2c-nack-address', at: 200_000_000, until: 300_000_000 });

  const control = new FanControl(board);
  clock.schedule(millisecondsToNs(150), () => thermometer.setTemperatureC(71.5));
  for (let tick = 0; tick < 5; tick += 1) {
    clock.advanceTo(millisecondsToNs(100 * tick));
    control.step();
  }
  expect(control.failureCount).toBe(1);
  expect(board.line(17).level()).toBe(1);

  // What happened on the line, to the nanosecond: five bytes at 100 kHz after the tick at 300 ms.
  const edges = board.trace.entries().filter((entry) => entry.kind === 'edge');
  expect(edges.map((entry) => [entry.timeNs, entry.a])).toEqual([[300_390_000n, 1]]);

  control.close();
  expect(board.line(17).level()).toBe(1);
  expect(board.openHandles()).toEqual([]);
});
