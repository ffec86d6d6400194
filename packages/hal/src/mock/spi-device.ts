import type { WorldClock } from '../contract/clock.ts';
import type { SpiCapabilities, SpiDevice, SpiDeviceRequest, SpiMode, SpiOperation } from '../contract/spi.ts';
import { HalError } from '../error.ts';
import type { HandleSet } from '../handle-set.ts';
import { busyError, closedError } from '../handle-set.ts';
import type { SpiChip } from './chip.ts';
import type { FaultSet } from './fault-set.ts';
import { checkLimit } from './limit.ts';
import type { Trace } from './trace.ts';

export interface MockSpiOptions {
  /** Most bytes in one transaction. Default 4096, the default of spidev `bufsiz` (drivers/spi/spidev.c). */
  readonly maxTransactionBytes?: number;
  /** Clock of devices that ask for none, hertz. Default 500 000. */
  readonly clockHz?: number;
  /** Default 125 000 000, what the Raspberry Pi device tree allows (bcm283x `spi-max-frequency`). */
  readonly maxClockHz?: number;
  /** Chip selects that exist from the start; others exist once a chip is attached. */
  readonly devices?: readonly { readonly bus: number; readonly chipSelect: number }[];
}

const DEFAULT_SPI_TRANSACTION_BYTES = 4_096;
/** A Linux that was told otherwise takes more than the default, but not more than this here. */
const MAX_SPI_TRANSACTION_BYTES = 16_777_216;
/** SPI_IOC_MESSAGE holds 511 transfers: its size field has 14 bits, a transfer 32 bytes (linux/spi/spidev.h). */
const MAX_SPI_OPERATIONS = 511;
/** Longest delay in one operation, nanoseconds: 65535 us, the 16-bit delay_usecs of struct spi_ioc_transfer. */
const MAX_SPI_DELAY_NS = 65_535_000;
const DEFAULT_CLOCK_HZ = 500_000;
const DEFAULT_MAX_CLOCK_HZ = 125_000_000;
/** What the controller reads when no chip drives the line: it is taken to be pulled up. */
const IDLE_BYTE = 0xff;
const BYTE_BITS = 8;

/** The place of a chip: one chip select of one bus. */
export class MockSpiSocket {
  readonly bus: number;
  readonly chipSelect: number;
  readonly name: string;
  readonly capabilities: SpiCapabilities;
  readonly defaultClockHz: number;
  readonly clock: WorldClock;
  readonly trace: Trace;
  readonly traceSource: number;
  readonly faults: FaultSet;
  owner: string | undefined;
  chip: SpiChip | undefined;
  plugged = true;
  /** Set while a transaction runs. */
  active = false;

  constructor(parts: {
    readonly bus: number;
    readonly chipSelect: number;
    readonly options: MockSpiOptions;
    readonly clock: WorldClock;
    readonly trace: Trace;
    readonly faults: FaultSet;
  }) {
    this.bus = parts.bus;
    this.chipSelect = parts.chipSelect;
    this.name = `spi${parts.bus}.${parts.chipSelect}`;
    this.clock = parts.clock;
    this.trace = parts.trace;
    this.traceSource = parts.trace.number(this.name);
    this.faults = parts.faults;
    this.defaultClockHz = parts.options.clockHz ?? DEFAULT_CLOCK_HZ;
    this.capabilities = {
      maxTransactionBytes: checkLimit(
        'maxTransactionBytes',
        parts.options.maxTransactionBytes ?? DEFAULT_SPI_TRANSACTION_BYTES,
        MAX_SPI_TRANSACTION_BYTES,
      ),
      maxOperations: MAX_SPI_OPERATIONS,
      maxClockHz: parts.options.maxClockHz ?? DEFAULT_MAX_CLOCK_HZ,
    };
  }

  attach(chip: SpiChip): () => void {
    if (this.chip !== undefined) {
      throw new HalError('HAL_BAD_ARGUMENT', `${this.name} has a chip already`, {
        details: { bus: this.bus, chipSelect: this.chipSelect },
      });
    }
    this.chip = chip;
    this.plugged = true;
    return () => {
      if (this.chip === chip) this.chip = undefined;
    };
  }

  /** The chip while it has power and contact. */
  presentChip(): SpiChip | undefined {
    return this.plugged ? this.chip : undefined;
  }
}

/** One consumer's handle on a chip select. */
export class MockSpiDevice implements SpiDevice {
  readonly capabilities: SpiCapabilities;
  readonly description: string;
  readonly mode: SpiMode;
  readonly clockHz: number;
  readonly #socket: MockSpiSocket;
  readonly #handles: HandleSet;
  #closed = false;
  #byteCount = 0;
  #flipByte = Number.POSITIVE_INFINITY;
  #flipMask = 0;
  #shortByte = Number.POSITIVE_INFINITY;

  constructor(socket: MockSpiSocket, request: SpiDeviceRequest, handles: HandleSet) {
    this.capabilities = socket.capabilities;
    this.mode = request.mode ?? 0;
    this.clockHz = request.clockHz ?? Math.min(socket.defaultClockHz, socket.capabilities.maxClockHz);
    if (![0, 1, 2, 3].includes(this.mode)) {
      throw new HalError('HAL_BAD_ARGUMENT', `an SPI mode is 0 to 3, not ${String(request.mode)}`);
    }
    if (!(this.clockHz >= 1 && this.clockHz <= socket.capabilities.maxClockHz)) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `the clock of ${socket.name} is 1 to ${socket.capabilities.maxClockHz} Hz, not ${this.clockHz}`,
        { details: { limit: 'maxClockHz', value: socket.capabilities.maxClockHz } },
      );
    }
    if (socket.owner !== undefined) throw busyError(socket.name, socket.owner);
    handles.checkRoom();
    this.description = `spi ${socket.name} (${request.consumer})`;
    this.#socket = socket;
    this.#handles = handles;
    socket.owner = request.consumer;
    handles.add(this);
  }

  transaction(operations: readonly SpiOperation[]): void {
    if (this.#closed) throw closedError(this.description);
    const byteCount = this.#check(operations);
    const socket = this.#socket;
    if (socket.active)
      throw busyError(`${socket.name}, in the middle of a transaction,`, String(socket.owner));
    if (!socket.faults.empty) this.#disturb(byteCount);
    socket.active = true;
    this.#byteCount = 0;
    const chip = socket.presentChip();
    socket.trace.record('spi-select', socket.traceSource, this.mode, 0);
    chip?.select();
    try {
      for (const operation of operations) this.#run(operation);
    } finally {
      chip?.deselect();
      socket.trace.record('spi-deselect', socket.traceSource, 0, 0);
      socket.active = false;
      this.#flipByte = Number.POSITIVE_INFINITY;
      this.#shortByte = Number.POSITIVE_INFINITY;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.owner = undefined;
    this.#handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #run(operation: SpiOperation): void {
    switch (operation.kind) {
      case 'delay':
        this.#socket.clock.spend(BigInt(Math.round(operation.delayNs)));
        return;
      case 'write':
        for (const byte of operation.bytes) this.#exchange(byte);
        return;
      case 'read':
        for (let index = 0; index < operation.buffer.length; index += 1) {
          operation.buffer[index] = this.#exchange(0);
        }
        return;
      case 'transfer':
        for (let index = 0; index < operation.bytes.length; index += 1) {
          operation.buffer[index] = this.#exchange(operation.bytes[index] as number);
        }
        return;
    }
  }

  #exchange(byte: number): number {
    const socket = this.#socket;
    const byteNs = (BYTE_BITS * 1e9) / this.clockHz;
    // From the count of bytes, so that rounding does not add up.
    const beforeNs = Math.round(this.#byteCount * byteNs);
    socket.clock.spend(BigInt(Math.round((this.#byteCount + 1) * byteNs) - beforeNs));
    let answer = (socket.presentChip()?.exchange(byte) ?? IDLE_BYTE) & 0xff;
    if (this.#byteCount === this.#flipByte) answer ^= this.#flipMask;
    if (this.#byteCount >= this.#shortByte) answer = IDLE_BYTE;
    socket.trace.record('spi-exchange', socket.traceSource, byte, answer);
    this.#byteCount += 1;
    return answer;
  }

  #disturb(byteCount: number): void {
    const { faults, bus, chipSelect, traceSource, name } = this.#socket;
    const place = { bus, chipSelect };
    const details = { bus, chipSelect };
    if (faults.strike('spi-mode-fault', place, traceSource) !== undefined) {
      throw new HalError('HAL_SPI_MODE_FAULT', `another controller drives ${name}`, {
        details,
        errno: 'EIO',
      });
    }
    if (faults.strike('spi-time-out', place, traceSource) !== undefined) {
      throw new HalError('HAL_TIMEOUT', `${name} did not finish`, { details, errno: 'ETIMEDOUT' });
    }
    const flip = faults.strike('spi-flip-bits', place, traceSource, ({ byte }) => byte < byteCount);
    this.#flipByte = flip?.byte ?? Number.POSITIVE_INFINITY;
    this.#flipMask = flip?.mask ?? 0;
    const short = faults.strike('spi-short-read', place, traceSource, ({ byte }) => byte < byteCount);
    this.#shortByte = short?.byte ?? Number.POSITIVE_INFINITY;
  }

  /** Everything is checked before chip select moves. Returns how many bytes will be exchanged. */
  #check(operations: readonly SpiOperation[]): number {
    const { maxTransactionBytes, maxOperations } = this.capabilities;
    const { name } = this.#socket;
    if (operations.length === 0 || operations.length > maxOperations) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a transaction has 1 to ${maxOperations} operations, not ${operations.length}`,
        { details: { limit: 'maxOperations', value: maxOperations }, errno: 'EINVAL' },
      );
    }
    let byteCount = 0;
    for (const operation of operations) {
      if (operation.kind === 'delay') {
        checkDelay(operation.delayNs);
        continue;
      }
      if (operation.kind === 'transfer' && operation.bytes.length !== operation.buffer.length) {
        throw new HalError(
          'HAL_BAD_ARGUMENT',
          `a transfer sends ${operation.bytes.length} bytes but receives ${operation.buffer.length}`,
          { errno: 'EINVAL' },
        );
      }
      byteCount += operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
    }
    if (byteCount > maxTransactionBytes) {
      throw new HalError(
        'HAL_TOO_LONG',
        `${byteCount} bytes are over maxTransactionBytes of ${name}, ${maxTransactionBytes}`,
        { details: { limit: 'maxTransactionBytes', value: maxTransactionBytes }, errno: 'EMSGSIZE' },
      );
    }
    return byteCount;
  }
}

function checkDelay(delayNs: number): void {
  if (!(delayNs >= 0 && delayNs <= MAX_SPI_DELAY_NS)) {
    throw new HalError('HAL_BAD_ARGUMENT', `a delay is 0 to ${MAX_SPI_DELAY_NS} ns, not ${delayNs}`, {
      details: { limit: 'MAX_SPI_DELAY_NS', value: MAX_SPI_DELAY_NS },
    });
  }
}
