import { i2cWrite, i2cWriteRead, secondsToNs } from '@kanchi/hal';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { Bme280 } from './bme280.ts';
import { compensateDouble } from './bme280-reference.test-support.ts';
import { Button } from './button.ts';
import { Led } from './led.ts';

describe('simulated parts on a mock board', () => {
  it('let a driver read the world from a BME280 through the bus contract', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    const world = { temperatureC: -12.5, pressurePa: 98_765, humidityPercent: 61 };
    board.attachI2cChip(1, 0x76, new Bme280({ clock, world }));
    const bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    const read = (register: number, count: number): Uint8Array => {
      const bytes = new Uint8Array(count);
      i2cWriteRead(bus, 0x76, Uint8Array.of(register), bytes);
      return bytes;
    };
    i2cWrite(bus, 0x76, Uint8Array.of(0xf2, 0x05, 0xf4, 0xb5));
    let polls = 0;
    for (; ((read(0xf3, 1)[0] ?? 0) & 0x08) !== 0; polls += 1) clock.spend(1_000_000n);
    const seen = compensateDouble({ low: read(0x88, 26), high: read(0xe1, 7), data: read(0xf7, 8) });
    bus.close();
    // 112.8 ms at most (section 9.1); the bus takes time of its own, so there are fewer polls than milliseconds.
    expect(polls).toBeGreaterThan(50);
    expect(polls).toBeLessThanOrEqual(113);
    expect(seen.temperatureC).toBeCloseTo(world.temperatureC, 2);
    expect(Math.abs(seen.pressurePa - world.pressurePa)).toBeLessThan(0.15);
    expect(seen.humidityPercent).toBeCloseTo(world.humidityPercent, 2);
    expect(board.openHandleCount()).toBe(0);
  });

  it('let a button pull a line low and a LED follow an output', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    const led = new Led();
    const world = { periodSeconds: 1, pressedSeconds: 0.5, bounceMicroseconds: 0 };
    const removeButton = board.attachGpioPart(17, new Button({ clock, world }));
    board.attachGpioPart(27, led);
    const input = board.openGpioLine({ offset: 17, consumer: 'test', direction: 'input', bias: 'pull-up' });
    const output = board.openGpioLine({ offset: 27, consumer: 'test', direction: 'output', safeLevel: 0 });
    const levels = Array.from({ length: 4 }, () => {
      clock.spend(secondsToNs(0.55));
      output.write(input.read());
      return [input.read(), led.lit];
    });
    output.close();
    input.close();
    removeButton();
    // At 0.55, 1.10, 1.65 and 2.20 s: pressed from 1.0 to 1.5 s and from 2.0 s on.
    expect(levels).toEqual([
      [1, true],
      [0, false],
      [1, true],
      [0, false],
    ]);
    expect(led.lit).toBe(false);
    expect(board.openHandleCount()).toBe(0);
    expect(clock.nextDueNs()).toBeUndefined();
  });
});
