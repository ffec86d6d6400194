import type { I2cOperation } from '../contract/i2c.ts';
import type { HalErrorCode } from '../error.ts';
import { HalError } from '../error.ts';
import type { I2cSlot, MockI2cWires } from './i2c-bus.ts';

/** Clock periods of a byte with its acknowledge, and of a start or stop (UM10204 section 3.1). */
const BYTE_BITS = 9;
const CONDITION_BITS = 1;
/** What a controller reads when nothing pulls the data line down. */
const IDLE_BYTE = 0xff;
const NEVER = Number.POSITIVE_INFINITY;

/** What goes wrong in one transaction, decided when it starts. Byte numbers are NEVER when nothing does. */
interface Disturbance {
  nackAddress: boolean;
  nackByte: number;
  flipByte: number;
  flipMask: number;
  shortByte: number;
  identityRegister: number;
  identityValue: number;
}

const NO_DISTURBANCE: Disturbance = {
  nackAddress: false,
  nackByte: NEVER,
  flipByte: NEVER,
  flipMask: 0,
  shortByte: NEVER,
  identityRegister: NEVER,
  identityValue: 0,
};

/** One transaction on the wires: start, address, bytes, repeated starts, and one stop whatever happens. */
export class I2cTransfer {
  readonly #wires: MockI2cWires;
  readonly #address: number;
  readonly #slot: I2cSlot | undefined;
  #disturbance: Disturbance = NO_DISTURBANCE;
  #bits = 0;
  #started = false;
  #writtenCount = 0;
  #readCount = 0;

  constructor(wires: MockI2cWires, address: number) {
    this.#wires = wires;
    this.#address = address;
    this.#slot = wires.slot(address);
  }

  run(operations: readonly I2cOperation[]): void {
    try {
      if (!this.#wires.faults.empty) this.#disturb(operations);
      for (const operation of operations) {
        if (!this.#begin(operation.kind)) throw this.#noAcknowledge('address');
        if (operation.kind === 'write') this.#write(operation.bytes);
        else this.#read(operation.buffer);
      }
    } catch (error) {
      if (error instanceof HalError) {
        const { trace, traceSource } = this.#wires;
        trace.record('error', traceSource, trace.number(error.code), this.#address);
      }
      throw error;
    } finally {
      if (this.#started) this.#stop();
    }
  }

  #disturb(operations: readonly I2cOperation[]): void {
    const { faults, bus, traceSource } = this.#wires;
    const place = { bus, address: this.#address };
    const written = byteCount(operations, 'write');
    const toRead = byteCount(operations, 'read');
    if (faults.strike('i2c-stuck-sda', place, traceSource) !== undefined) {
      this.#wires.clock.spend(this.#wires.timeoutNs);
      throw this.#error('HAL_I2C_BUS', 'EBUSY', 'the data line is held low');
    }
    if (faults.strike('i2c-arbitration-loss', place, traceSource) !== undefined) {
      throw this.#error('HAL_I2C_ARBITRATION_LOSS', 'EAGAIN', 'another controller won the bus');
    }
    const nackData = faults.strike('i2c-nack-data', place, traceSource, ({ byte }) => byte < written);
    const flip = faults.strike('i2c-flip-bits', place, traceSource, ({ byte }) => byte < toRead);
    const short = faults.strike('i2c-short-read', place, traceSource, ({ byte }) => byte < toRead);
    const identity = faults.strike('i2c-wrong-identity', place, traceSource, () => toRead > 0);
    this.#disturbance = {
      nackAddress: faults.strike('i2c-nack-address', place, traceSource) !== undefined,
      nackByte: nackData?.byte ?? NEVER,
      flipByte: flip?.byte ?? NEVER,
      flipMask: flip?.mask ?? 0,
      shortByte: short?.byte ?? NEVER,
      identityRegister: identity?.register ?? NEVER,
      identityValue: identity?.value ?? 0,
    };
  }

  #begin(kind: 'read' | 'write'): boolean {
    const again = this.#started;
    this.#started = true;
    this.#spendBits(CONDITION_BITS + BYTE_BITS);
    const refused = this.#disturbance.nackAddress || (kind === 'read' && this.#isBusy());
    const acknowledged = !refused && this.#answers() && this.#slot?.chip.begin(kind) === true;
    this.#wires.trace.record(
      'i2c-start',
      this.#wires.traceSource,
      this.#address,
      (kind === 'read' ? 1 : 0) | (acknowledged ? 2 : 0) | (again ? 4 : 0),
    );
    if (acknowledged && !again) this.#stretch();
    return acknowledged;
  }

  #answers(): boolean {
    return this.#slot?.plugged === true;
  }

  /** A late chip works on what it was told and does not answer. */
  #isBusy(): boolean {
    const { faults, bus, traceSource, clock } = this.#wires;
    const lastWriteNs = this.#slot?.lastWriteNs;
    if (faults.empty || lastWriteNs === undefined) return false;
    const sinceNs = clock.nowNs() - lastWriteNs;
    const place = { bus, address: this.#address };
    const late = faults.strike(
      'i2c-late-answer',
      place,
      traceSource,
      ({ delayNs }) => sinceNs < BigInt(delayNs),
    );
    return late !== undefined;
  }

  /** The chip holds the clock low: that takes time, and beyond the time-out the controller gives up. */
  #stretch(): void {
    const { faults, bus, traceSource, timeoutNs, clock } = this.#wires;
    if (faults.empty) return;
    const stretch = faults.strike('i2c-clock-stretch', { bus, address: this.#address }, traceSource);
    if (stretch === undefined) return;
    const durationNs = BigInt(stretch.durationNs);
    if (durationNs <= timeoutNs) {
      clock.spend(durationNs);
      return;
    }
    clock.spend(timeoutNs);
    throw this.#error('HAL_TIMEOUT', 'ETIMEDOUT', 'the chip holds the clock line');
  }

  #write(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index] as number;
      this.#spendBits(BYTE_BITS);
      const refused = this.#writtenCount === this.#disturbance.nackByte;
      const acknowledged = !refused && this.#answers() && this.#slot?.chip.writeByte(byte) === true;
      this.#wires.trace.record('i2c-write', this.#wires.traceSource, byte, acknowledged ? 1 : 0);
      this.#writtenCount += 1;
      if (!acknowledged) throw this.#noAcknowledge('data');
      if (index === 0 && this.#slot !== undefined) this.#slot.pointer = byte;
    }
    if (this.#slot !== undefined) this.#slot.lastWriteNs = this.#wires.clock.nowNs();
  }

  #read(buffer: Uint8Array): void {
    for (let index = 0; index < buffer.length; index += 1) {
      this.#spendBits(BYTE_BITS);
      const byte = this.#receive();
      buffer[index] = byte;
      // The controller acknowledges every byte but the last (UM10204 section 3.1.6).
      this.#wires.trace.record('i2c-read', this.#wires.traceSource, byte, index < buffer.length - 1 ? 1 : 0);
    }
  }

  #receive(): number {
    const slot = this.#slot;
    let byte = this.#answers() && slot !== undefined ? slot.chip.readByte() & 0xff : IDLE_BYTE;
    const disturbance = this.#disturbance;
    if (slot !== undefined) {
      if (slot.pointer === disturbance.identityRegister) byte = disturbance.identityValue;
      slot.pointer = (slot.pointer + 1) & 0xff;
    }
    if (this.#readCount === disturbance.flipByte) byte ^= disturbance.flipMask;
    if (this.#readCount >= disturbance.shortByte) byte = IDLE_BYTE;
    this.#readCount += 1;
    return byte;
  }

  #stop(): void {
    this.#spendBits(CONDITION_BITS);
    if (this.#answers()) this.#slot?.chip.end();
    this.#wires.trace.record('i2c-stop', this.#wires.traceSource, 0, 0);
  }

  /** Times come from the count of bits since the start, so that rounding does not add up. */
  #spendBits(bits: number): void {
    const { bitNs, clock } = this.#wires;
    const before = Math.round(this.#bits * bitNs);
    this.#bits += bits;
    clock.spend(BigInt(Math.round(this.#bits * bitNs) - before));
  }

  #noAcknowledge(source: 'address' | 'data'): HalError {
    if (!this.#wires.capabilities.tellsAcknowledgeSource) {
      return this.#error('HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', 'EREMOTEIO', 'not acknowledged');
    }
    return source === 'address'
      ? this.#error('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'EREMOTEIO', 'no device answers')
      : this.#error('HAL_I2C_NO_ACKNOWLEDGE_DATA', 'EREMOTEIO', 'a data byte was not acknowledged');
  }

  /** The errno that Linux adapters report (Documentation/i2c/fault-codes.rst; i2c-bcm2835.c for EREMOTEIO). */
  #error(code: HalErrorCode, errno: string, what: string): HalError {
    const { bus, name } = this.#wires;
    const hex = `0x${this.#address.toString(16).padStart(2, '0')}`;
    return new HalError(code, `${what} (${hex} on ${name})`, {
      details: { bus, address: this.#address },
      errno,
    });
  }
}

function byteCount(operations: readonly I2cOperation[], kind: 'read' | 'write'): number {
  let count = 0;
  for (const operation of operations) {
    if (operation.kind === kind) {
      count += operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
    }
  }
  return count;
}
