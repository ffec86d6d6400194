import { VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { findSimulatedPart, simulatedParts } from './parts.ts';
import { signalAt } from './signal.ts';

const context = (world: Record<string, unknown> = {}) => ({ clock: new VirtualClock(), world });

describe('simulatedParts', () => {
  it('lists the parts that board files may name, each once', () => {
    expect(simulatedParts.map((part) => `${part.kind} ${part.name}`)).toEqual([
      'i2c bme280',
      'i2c tmp105',
      'i2c ds1338',
      'i2c 24c02',
      'spi mcp3008',
      'spi w25q32',
      'uart nmea-gps',
      'gpio button',
      'gpio led',
    ]);
  });

  it.each(simulatedParts)('creates a $name that schedules nothing before it is wired', (part) => {
    const created = context();
    part.create(created);
    expect(created.clock.nextDueNs()).toBeUndefined();
  });

  it.each(simulatedParts)(
    'takes every quantity of $name, its default included, and refuses others',
    (part) => {
      const world = Object.fromEntries(part.quantities.map((quantity) => [quantity.name, quantity.default]));
      const device = part.create(context(world));
      for (const quantity of part.quantities) {
        expect(Number.isFinite(signalAt(quantity.default, 0n))).toBe(true);
        device.setQuantity(quantity.name, { from: 1, to: 2, periodSeconds: 60 });
        expect(() => device.setQuantity(quantity.name, 'warm')).toThrow(
          expect.objectContaining({ code: 'SENSOR_BAD_SIGNAL' }),
        );
      }
      const unknown = expect.objectContaining({ code: 'SENSOR_UNKNOWN_QUANTITY' });
      expect(() => device.setQuantity('brightness', 1)).toThrow(unknown);
      expect(() => part.create(context({ brightness: 1 }))).toThrow(unknown);
    },
  );

  it('does not take inherited names of objects for quantities', () => {
    expect(() => findSimulatedPart('bme280').create(context({ constructor: 1 }))).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_QUANTITY' }),
    );
  });
});

describe('findSimulatedPart', () => {
  it('names the known parts when there is none of that name', () => {
    expect(() => findSimulatedPart('bme680')).toThrow(
      /bme680.*bme280, tmp105, ds1338, 24c02, mcp3008, w25q32, nmea-gps, button, led/,
    );
    expect(() => findSimulatedPart('toString')).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_PART' }),
    );
  });
});
