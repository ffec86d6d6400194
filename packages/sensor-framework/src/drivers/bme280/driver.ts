import type { Clock, I2cBus } from '@kanchi/hal';
import { i2cWrite, millisecondsToNs } from '@kanchi/hal';
import type { ReadingReason } from '../../reading.ts';
import { readRegisterImage } from '../register-image.ts';
import type { ChannelSample, DriverChannel, DriverTimes, SensorDriver } from '../sensor-driver.ts';
import {
  bme280Channels,
  bme280Times,
  humidityChannel,
  pressureChannel,
  temperatureChannel,
} from './channels.ts';
import { compensate } from './compensation.ts';
import type { ControlState, Oversampling } from './registers.ts';
import {
  BME280_ID,
  controlHumidityOf,
  controlMeasureOf,
  controlRead,
  dataRead,
  isSetUp,
  parseControl,
  parseData,
  RESET_COMMAND,
  register,
  START_UP_MS,
  trimmingPlan,
} from './registers.ts';
import type { Trimming } from './trimming.ts';
import { parseTrimming } from './trimming.ts';

export interface Bme280Settings {
  /** Not opened here, closed by `close`. */
  readonly bus: I2cBus;
  readonly address: number;
  readonly clock: Clock;
  /** The same for all three quantities. */
  readonly oversampling: Oversampling;
}

/**
 * A Bosch BME280 in forced mode (BST-BME280-DS002 revision 1.6, section 3.3.3): each reading is one conversion of all
 * three quantities.
 *
 * The trimming words belong to one part, and a value made with those of another part looks right. So they are read again
 * whenever the part may have been away: after a failed transfer, and when its control registers, which lose their contents
 * with the power, are not as they were left. That is looked at before each conversion, and before and after its data are
 * fetched.
 */
export class Bme280Driver implements SensorDriver {
  readonly channels: readonly DriverChannel[] = bme280Channels;
  readonly times: DriverTimes;
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #clock: Clock;
  readonly #oversampling: Oversampling;
  #trimming: Trimming | undefined;
  /** When the conversion that was begun is over at the latest. */
  #readyNs: bigint | undefined;
  /** Why there is no conversion, when there is none. */
  #refusal: ReadingReason = 'unavailable';

  constructor(settings: Bme280Settings) {
    this.#bus = settings.bus;
    this.#address = settings.address;
    this.#clock = settings.clock;
    this.#oversampling = settings.oversampling;
    this.times = bme280Times(settings.oversampling);
  }

  start(): void {
    this.#readyNs = undefined;
    this.#careful(() => {
      if (this.#trimming !== undefined && !isSetUp(this.#control(), this.#oversampling)) {
        this.#trimming = undefined;
      }
      if (this.#trimming === undefined) {
        const outcome = this.#setUp();
        if (typeof outcome === 'string') {
          this.#refusal = outcome;
          return;
        }
        this.#trimming = outcome;
      }
      this.#writeControl('forced');
      this.#readyNs = this.#clock.nowNs() + (this.times.conversionNs ?? 0n);
    });
  }

  read(): readonly ChannelSample[] {
    const readyNs = this.#readyNs;
    const trimming = this.#trimming;
    // Each conversion is given once: what is read twice would be an old value.
    this.#readyNs = undefined;
    if (readyNs === undefined || trimming === undefined) return this.#all(this.#refusal);
    return this.#careful(() => this.#collect(trimming, readyNs));
  }

  close(): void {
    this.#bus.close();
  }

  #collect(trimming: Trimming, readyNs: bigint): readonly ChannelSample[] {
    this.#waitUntil(readyNs);
    const state = this.#control();
    if (!isSetUp(state, this.#oversampling)) return this.#wasAway();
    if (state.measuring) return this.#all('timeout');
    const raw = parseData(readRegisterImage(this.#bus, this.#address, [dataRead]));
    // A dip of the supply in the middle of the burst leaves the rest of the words at their reset values.
    if (!isSetUp(this.#control(), this.#oversampling)) return this.#wasAway();
    if (raw === 'mute') return this.#all('off');
    if (raw === 'damaged') return this.#all('crc');
    const { temperatureC, humidityPercent, pressurePa } = compensate(trimming, raw);
    return [
      sampleOf(temperatureC, temperatureChannel),
      sampleOf(humidityPercent, humidityChannel),
      sampleOf(pressurePa, pressureChannel),
    ];
  }

  /** From any state to sleep mode with known settings. A reason when the part cannot be used. */
  #setUp(): Trimming | ReadingReason {
    // Nothing is written to a part before it has said who it is.
    const [id] = readRegisterImage(this.#bus, this.#address, [{ first: register.id, count: 1 }]).subarray(
      register.id,
    );
    if (id !== BME280_ID) return 'unavailable';
    i2cWrite(this.#bus, this.#address, Uint8Array.of(register.reset, RESET_COMMAND));
    this.#waitUntil(this.#clock.nowNs() + millisecondsToNs(START_UP_MS));
    // Section 5.4.4: the trimming words are being copied while im_update is set.
    if (this.#control().updating) return 'timeout';
    // Also the mark that tells whether the power stayed while the trimming words were read.
    this.#writeControl('sleep');
    const first = readRegisterImage(this.#bus, this.#address, trimmingPlan);
    // They have no check of their own and are kept for long: a bit that was damaged on the way must not stay.
    const second = readRegisterImage(this.#bus, this.#address, trimmingPlan);
    if (first.some((byte, index) => byte !== second[index])) return 'crc';
    return isSetUp(this.#control(), this.#oversampling) ? parseTrimming(first) : 'not-present';
  }

  #control(): ControlState {
    return parseControl(readRegisterImage(this.#bus, this.#address, [controlRead]));
  }

  /** Section 5.4.3: ctrl_hum takes effect with the write to ctrl_meas that follows. */
  #writeControl(mode: 'sleep' | 'forced'): void {
    const bytes = Uint8Array.of(
      register.controlHumidity,
      controlHumidityOf(this.#oversampling),
      register.controlMeasure,
      controlMeasureOf(this.#oversampling, mode),
    );
    i2cWrite(this.#bus, this.#address, bytes);
  }

  /** A transfer that failed may be the part going away: set up again from the start. */
  #careful<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (error) {
      this.#trimming = undefined;
      this.#readyNs = undefined;
      throw error;
    }
  }

  #wasAway(): readonly ChannelSample[] {
    this.#trimming = undefined;
    return this.#all('not-present');
  }

  #all(reason: ReadingReason): readonly ChannelSample[] {
    return this.channels.map(() => reason);
  }

  #waitUntil(deadlineNs: bigint): void {
    while (this.#clock.nowNs() < deadlineNs) this.#clock.waitUntil(deadlineNs);
  }
}

/**
 * A value that is beyond the range by no more than the part's accuracy is the end of the range, as the data sheet's own
 * formula does for humidity (section 4.2.3); farther out it is no measurement.
 */
function sampleOf(value: number, { minimum, maximum, accuracy = 0 }: DriverChannel): ChannelSample {
  if (!Number.isFinite(value)) return 'unavailable';
  if (value < minimum - accuracy || value > maximum + accuracy) return 'out-of-range';
  return Math.min(maximum, Math.max(minimum, value));
}
