import type { Clock } from '../contract/clock.ts';
import type { Hal } from '../contract/hal.ts';
import type { PwmPolarity, PwmState } from '../contract/pwm.ts';

/** A backend with known wiring. Every part is optional: its tests are skipped, and say why. */
export interface ConformanceFixture {
  readonly hal: Hal;
  /** The clock of the backend: tests wait on it, so simulated hardware runs in virtual time. */
  readonly clock: Clock;
  readonly gpio?: ConformanceGpio;
  readonly i2c?: ConformanceI2c;
  readonly spi?: ConformanceSpi;
  readonly uart?: ConformanceUart;
  readonly mmio?: ConformanceMmio;
  readonly pwm?: ConformancePwm;
  /** Why a part is missing, for people: `{ uart: 'no serial peer on this board' }`. */
  readonly missing?: Readonly<Partial<Record<ConformanceGroup, string>>>;
  /** Called after each test, also after a failed one; `hal.close()` was called before. */
  close(): void | Promise<void>;
}

export type ConformanceGroup = 'gpio' | 'i2c' | 'spi' | 'uart' | 'mmio' | 'pwm';

export interface ConformanceGpio {
  /** Chip of all lines; undefined means the chip with the header lines. */
  readonly chip?: string;
  /** A line with nothing connected to it. */
  readonly freeLine: number;
  /** False where pulls do not show on a free line: an emulator without pads. */
  readonly pullsShow?: boolean;
  /** How far apart two edges must be to be told as two, nanoseconds: sysfs has no queue of edges. Default 0. */
  readonly edgeGapNs?: bigint;
  /** Two lines joined by a wire. */
  readonly loopback?: { readonly output: number; readonly input: number };
}

export interface ConformanceI2c {
  readonly bus: number;
  /** A bus that does not exist. */
  readonly missingBus: number;
  readonly absentAddress: number;
  /**
   * A chip with 256 bytes behind a pointer of one byte, such as a 24C02: the first written byte is the pointer, further
   * bytes are stored from there, reads start there, and the pointer counts up. `writeNs`: how long it is busy after a
   * write.
   */
  readonly memory?: { readonly address: number; readonly writeNs?: bigint };
}

export interface ConformanceSpi {
  readonly bus: number;
  readonly chipSelect: number;
  /** A chip select that does not exist. */
  readonly missingChipSelect: number;
  /** True when MOSI and MISO are joined, so that what is sent comes back. */
  readonly loopback: boolean;
}

export interface ConformanceUart {
  readonly port: string;
  readonly baud: number;
  /** A port that does not exist. */
  readonly missingPort: string;
  /** False where bytes take no time, as in a pseudo terminal, so that nothing ever waits to leave. Default true. */
  readonly paced?: boolean;
  /** The far end. All of it takes effect before it returns; bytes arrive when the line has carried them. */
  readonly peer?: {
    readonly send: (bytes: Uint8Array) => void;
    /** What arrived so far. */
    readonly received: () => Uint8Array;
    readonly disconnect?: () => void;
  };
}

export interface ConformanceMmio {
  readonly device: string;
  /** A device that does not exist. */
  readonly missingDevice: string;
  readonly base: number;
  /** Length of the device, bytes. Left out where nobody knows it. */
  readonly deviceBytes?: number;
  /** Length of the window, bytes, a multiple of 4. */
  readonly byteLength: number;
  /** Offset in the window of a 32-bit register without side effects that keeps every bit. */
  readonly readWriteOffset: number;
}

export interface ConformancePwm {
  /** Controller of all channels; undefined means that of the header. */
  readonly chip?: string;
  /** A channel that drives nothing that could break. It has to take periods of 1 ms to 40 ms. */
  readonly channel: number;
  /** A channel that the controller does not have. */
  readonly missingChannel: number;
  /** False where the controller cannot turn its output round. Default true. */
  readonly inverts?: boolean;
  /** What the output does, seen from outside the handle; may be asked while it is open and after it was closed. */
  readonly observe?: () => PwmState & { readonly polarity: PwmPolarity };
}

export type ConformanceSetup = () => ConformanceFixture | Promise<ConformanceFixture>;
