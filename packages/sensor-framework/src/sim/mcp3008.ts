import type { Clock } from '@kanchi/hal';
import type { SpiChip } from '@kanchi/hal/mock';
import { SensorError } from '../error.ts';
import type { Signal } from './signal.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

const CHANNEL_COUNT = 8;

export type Mcp3008Quantity = `channel${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}Volts` | 'referenceVolts';

const channelQuantities: readonly Mcp3008Quantity[] = [
  'channel0Volts',
  'channel1Volts',
  'channel2Volts',
  'channel3Volts',
  'channel4Volts',
  'channel5Volts',
  'channel6Volts',
  'channel7Volts',
];

export const mcp3008Quantities: readonly Quantity<Mcp3008Quantity>[] = [
  ...channelQuantities.map((name) => ({ name, unit: 'V', default: 0 })),
  // The reference pin on the 3.3 V supply of the board, the usual wiring on a Raspberry Pi.
  { name: 'referenceVolts', unit: 'V', default: 3.3 },
];

export interface Mcp3008Options {
  readonly clock: Clock;
  readonly world?: WorldData;
}

/** Section 4.2, equation 4-2: a 10-bit code is 1024 * VIN / VREF. */
const CODE_COUNT = 1024;

// Rising clock edges counted from the start bit (edge 0), section 5.0 and figures 5-1 and 5-2.
const EDGE_SINGLE = 1;
const EDGE_D0 = 4;
const EDGE_NULL = 6;
const EDGE_FIRST_BIT = 7;
const EDGE_LAST_BIT = 16;
const EDGE_LAST_REVERSED_BIT = 25;

/**
 * What the controller reads while DOUT is in high impedance. The level is not defined; ones show a driver that does
 * not mask these bits.
 */
const HIGH_IMPEDANCE_BIT = 1;

/**
 * A Microchip MCP3008 (DS21295, revision D), eight-channel 10-bit converter on SPI mode 0 or 3, simulated bit by bit:
 * leading zeros, start bit, SGL/DIFF, D2 to D0, one clock of sampling, null bit, ten bits MSB first, then the same
 * word LSB first, then zeros. It samples the world on the D0 edge.
 */
export class Mcp3008 implements SpiChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<Mcp3008Quantity>;
  /** Edges since the start bit; -1 waits for it. */
  #edge = -1;
  #command = 0;
  #code = 0;

  constructor(options: Mcp3008Options) {
    this.#clock = options.clock;
    this.#world = new PartWorld('mcp3008', mcp3008Quantities, options.world ?? {}, this.#clock.nowNs());
  }

  /** `channel` 0 to 7, else SENSOR_BAD_OPTION. Voltages outside 0 to the reference show the end of the scale. */
  setChannelVolts(channel: number, value: Signal): void {
    const name = channelQuantities[channel];
    if (name === undefined) {
      throw new SensorError(
        'SENSOR_BAD_OPTION',
        `mcp3008 has channels 0 to ${CHANNEL_COUNT - 1}, not ${channel}`,
        {
          channel,
        },
      );
    }
    this.#world.set(name, value);
  }

  /** Moves the world. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  select(): void {
    this.#edge = -1;
    this.#command = 0;
  }

  exchange(value: number): number {
    let answer = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
      answer = (answer << 1) | this.#clockBit((value >> bit) & 1);
    }
    return answer;
  }

  deselect(): void {
    this.#edge = -1;
  }

  /** Power came back: nothing is remembered between conversions, so it only waits for the next chip select. */
  reset(): void {
    this.select();
    this.#code = 0;
  }

  /** One clock: takes DIN and gives the DOUT that the controller reads on the same rising edge. */
  #clockBit(dataIn: number): number {
    if (this.#edge < 0) {
      if (dataIn === 1) this.#edge = 0;
      return HIGH_IMPEDANCE_BIT;
    }
    // The last state is zeros for ever: the count may stop there.
    this.#edge = Math.min(this.#edge + 1, EDGE_LAST_REVERSED_BIT + 1);
    const edge = this.#edge;
    if (edge >= EDGE_SINGLE && edge <= EDGE_D0) {
      this.#command = (this.#command << 1) | dataIn;
      if (edge === EDGE_D0) this.#code = this.#sample();
    }
    if (edge < EDGE_NULL) return HIGH_IMPEDANCE_BIT;
    if (edge >= EDGE_FIRST_BIT && edge <= EDGE_LAST_BIT) return (this.#code >> (EDGE_LAST_BIT - edge)) & 1;
    // Figure 5-2: the least significant bit is shared by both directions, so the reversed word goes on with bit 1.
    if (edge > EDGE_LAST_BIT && edge <= EDGE_LAST_REVERSED_BIT)
      return (this.#code >> (edge - EDGE_LAST_BIT)) & 1;
    return 0;
  }

  /** Table 5-2 and section 4.1. */
  #sample(): number {
    const nowNs = this.#clock.nowNs();
    const single = (this.#command & 0x08) !== 0;
    const channel = this.#command & 0x07;
    // Differential: the selected channel is IN+, the other one of its pair IN-.
    const negative = single ? 0 : this.#volts(channel ^ 1, nowNs);
    const reference = this.#world.at('referenceVolts', nowNs);
    const volts = this.#volts(channel, nowNs) - negative;
    // IN+ at or below IN- is 000h (section 4.1); without a reference the part has no scale to show.
    if (reference <= 0 || volts <= 0) return 0;
    return Math.min(CODE_COUNT - 1, Math.floor((CODE_COUNT * volts) / reference));
  }

  #volts(channel: number, nowNs: bigint): number {
    const name = channelQuantities[channel];
    return name === undefined ? 0 : this.#world.at(name, nowNs);
  }
}
