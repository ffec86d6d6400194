import type { WorldClock } from '@kanchi/hal';
import type { GpioPart, I2cChip, SpiChip, UartPeer } from '@kanchi/hal/mock';
import { SensorError } from '../error.ts';
import { At24c02, at24c02Addresses, at24c02Quantities } from './at24c02.ts';
import { Bme280, bme280Addresses, bme280Quantities } from './bme280.ts';
import { Button, buttonQuantities } from './button.ts';
import { Ds1338, ds1338Addresses, ds1338Quantities } from './ds1338.ts';
import { Led } from './led.ts';
import { Mcp3008, mcp3008Quantities } from './mcp3008.ts';
import { NmeaGps, nmeaGpsQuantities } from './nmea-gps.ts';
import { Tmp105, tmp105Addresses, tmp105Quantities } from './tmp105.ts';
import { W25q32, w25q32Quantities } from './w25q32.ts';
import type { Quantity, WorldData } from './world.ts';

export interface SimulatedPartContext {
  readonly clock: WorldClock;
  /** The part's entry in the `world` of a board file. Missing quantities take their defaults. */
  readonly world: WorldData;
}

/** The world side of a running part: throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
export interface WorldControl {
  setQuantity(name: string, value: unknown): void;
}

interface PartOf<Kind extends string, Device> {
  /** The `part` of a board entry. */
  readonly name: string;
  /** The interface it is wired to: says what `create` gives. */
  readonly kind: Kind;
  readonly summary: string;
  readonly quantities: readonly Quantity[];
  /** A new part that has just got power. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  create(context: SimulatedPartContext): Device & WorldControl;
}

export interface SimulatedI2cPart extends PartOf<'i2c', I2cChip> {
  /** 7-bit addresses that the part can be strapped to. */
  readonly addresses: readonly number[];
}
export type SimulatedSpiPart = PartOf<'spi', SpiChip>;
export type SimulatedUartPart = PartOf<'uart', UartPeer>;
export type SimulatedGpioPart = PartOf<'gpio', GpioPart>;

export type SimulatedPart = SimulatedI2cPart | SimulatedSpiPart | SimulatedUartPart | SimulatedGpioPart;

/** Every simulated part. A new part is one line here. */
export const simulatedParts: readonly SimulatedPart[] = [
  {
    name: 'bme280',
    kind: 'i2c',
    summary: 'Bosch BME280 temperature, humidity and pressure sensor',
    addresses: bme280Addresses,
    quantities: bme280Quantities,
    create: (context) => new Bme280(context),
  },
  {
    name: 'tmp105',
    kind: 'i2c',
    summary: 'Texas Instruments TMP105 thermometer',
    addresses: tmp105Addresses,
    quantities: tmp105Quantities,
    create: (context) => new Tmp105(context),
  },
  {
    name: 'ds1338',
    kind: 'i2c',
    summary: 'Maxim DS1338 real-time clock with 56 bytes of RAM',
    addresses: ds1338Addresses,
    quantities: ds1338Quantities,
    create: (context) => new Ds1338(context),
  },
  {
    name: '24c02',
    kind: 'i2c',
    summary: 'AT24C02 EEPROM, 256 bytes',
    addresses: at24c02Addresses,
    quantities: at24c02Quantities,
    create: (context) => new At24c02(context),
  },
  {
    name: 'mcp3008',
    kind: 'spi',
    summary: 'Microchip MCP3008 eight-channel 10-bit converter',
    quantities: mcp3008Quantities,
    create: (context) => new Mcp3008(context),
  },
  {
    name: 'w25q32',
    kind: 'spi',
    summary: 'Winbond W25Q32 serial flash, 4 MiB',
    quantities: w25q32Quantities,
    create: (context) => new W25q32(context),
  },
  {
    name: 'nmea-gps',
    kind: 'uart',
    summary: 'GPS receiver that sends NMEA 0183 once a second',
    quantities: nmeaGpsQuantities,
    create: (context) => new NmeaGps(context),
  },
  {
    name: 'button',
    kind: 'gpio',
    summary: 'push button to ground, bouncing',
    quantities: buttonQuantities,
    create: (context) => new Button(context),
  },
  {
    name: 'led',
    kind: 'gpio',
    summary: 'light-emitting diode to ground',
    quantities: [],
    create: ({ world }) => {
      const led = new Led();
      for (const name of Object.keys(world)) led.setQuantity(name);
      return led;
    },
  },
];

/** The part of this name. Throws SENSOR_UNKNOWN_PART, which names the known ones. */
export function findSimulatedPart(name: string): SimulatedPart {
  const part = simulatedParts.find((candidate) => candidate.name === name);
  if (part === undefined) {
    const known = simulatedParts.map((candidate) => candidate.name).join(', ');
    throw new SensorError('SENSOR_UNKNOWN_PART', `no simulated part is called ${name}; known are ${known}`, {
      part: name,
    });
  }
  return part;
}
