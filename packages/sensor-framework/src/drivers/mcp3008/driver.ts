import type { SpiDevice } from '@kanchi/hal';
import { spiTransfer } from '@kanchi/hal';
import { longer } from '../../scheduler/durations.ts';
import { MIN_INTERVAL_NS } from '../../scheduler/limits.ts';
import type { ChannelSample, DriverChannel, DriverTimes, SensorDriver } from '../sensor-driver.ts';
import { CODE_COUNT, commandOf, EXCHANGE_BYTES, parseAnswer } from './exchange.ts';

export interface Mcp3008Settings {
  /** Mode 0 or 3. Closed by `close`. */
  readonly device: SpiDevice;
  /** 0 to 7, each once. */
  readonly inputs: readonly number[];
  /** Voltage at VREF. */
  readonly referenceV: number;
  readonly clockHz: number;
}

/**
 * DS21295D section 1.0 (electrical specifications), steps: integral nonlinearity 1, offset error 1.5, gain error 1, and half a step of the code itself.
 * The data sheet states no sum; this is the worst one.
 */
const ERROR_STEPS = 4;

/** DS21295D section 1.0, tCSH: chip select is high for at least 270 ns between conversions. */
const DESELECT_NS = 270;

/** A Microchip MCP3008 (DS21295 revision D): one exchange for each input, one after the other; nothing to set up. */
export class Mcp3008Driver implements SensorDriver {
  readonly channels: readonly DriverChannel[];
  readonly times: DriverTimes;
  readonly #device: SpiDevice;
  readonly #inputs: readonly number[];
  readonly #stepV: number;

  constructor({ device, inputs, referenceV, clockHz }: Mcp3008Settings) {
    const stepV = referenceV / CODE_COUNT;
    this.channels = inputs.map((input) => ({
      name: `channel${input}`,
      unit: 'V',
      minimum: 0,
      maximum: (CODE_COUNT - 1) * stepV,
      accuracy: ERROR_STEPS * stepV,
    }));
    this.#device = device;
    this.#inputs = [...inputs];
    this.#stepV = stepV;
    const exchangeNs = (EXCHANGE_BYTES * 8 * 1e9) / clockHz + DESELECT_NS;
    const allNs = BigInt(Math.ceil(inputs.length * exchangeNs));
    this.times = { shortestIntervalNs: longer(allNs, MIN_INTERVAL_NS) };
  }

  read(): readonly ChannelSample[] {
    return this.#inputs.map((input) => {
      const answer = new Uint8Array(EXCHANGE_BYTES);
      // Chip select has to fall for each conversion (section 5.0), so each is a transaction.
      spiTransfer(this.#device, commandOf(input), answer);
      const code = parseAnswer(answer);
      if (code === 'absent') return 'not-present';
      return code === 'damaged' ? 'crc' : code * this.#stepV;
    });
  }

  close(): void {
    this.#device.close();
  }
}
