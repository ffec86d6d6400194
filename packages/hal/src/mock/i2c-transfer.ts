import type { I2cOperation } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import type { I2cSlot, MockI2cWires } from './i2c-bus.ts';

/** Clock periods of a byte with its acknowledge, and of a start or stop (UM10204 section 3.1). */
const BYTE_BITS = 9;
const CONDITION_BITS = 1;
/** What a controller reads when nothing pulls the data line down. */
const IDLE_BYTE = 0xff;

/** One transaction on the wires: start, address, bytes, repeated starts, and one stop whatever happens. */
export class I2cTransfer {
  readonly #wires: MockI2cWires;
  readonly #address: number;
  readonly #slot: I2cSlot | undefined;
  #bits = 0;
  #started = false;

  constructor(wires: MockI2cWires, address: number) {
    this.#wires = wires;
    this.#address = address;
    this.#slot = wires.slot(address);
  }

  run(operations: readonly I2cOperation[]): void {
    try {
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
      this.#stop();
    }
  }

  #begin(kind: 'read' | 'write'): boolean {
    const again = this.#started;
    this.#started = true;
    this.#spendBits(CONDITION_BITS + BYTE_BITS);
    const acknowledged = this.#answers() && this.#slot?.chip.begin(kind) === true;
    this.#wires.trace.record(
      'i2c-start',
      this.#wires.traceSource,
      this.#address,
      (kind === 'read' ? 1 : 0) | (acknowledged ? 2 : 0) | (again ? 4 : 0),
    );
    return acknowledged;
  }

  #answers(): boolean {
    return this.#slot?.plugged === true;
  }

  #write(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#spendBits(BYTE_BITS);
      const acknowledged = this.#answers() && this.#slot?.chip.writeByte(byte) === true;
      this.#wires.trace.record('i2c-write', this.#wires.traceSource, byte, acknowledged ? 1 : 0);
      if (!acknowledged) throw this.#noAcknowledge('data');
    }
  }

  #read(buffer: Uint8Array): void {
    for (let index = 0; index < buffer.length; index += 1) {
      this.#spendBits(BYTE_BITS);
      const byte = (this.#answers() ? this.#slot?.chip.readByte() : undefined) ?? IDLE_BYTE;
      buffer[index] = byte;
      // The controller acknowledges every byte but the last (UM10204 section 3.1.6).
      this.#wires.trace.record('i2c-read', this.#wires.traceSource, byte, index < buffer.length - 1 ? 1 : 0);
    }
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
    const { bus, name, capabilities } = this.#wires;
    const hex = `0x${this.#address.toString(16).padStart(2, '0')}`;
    const options = { details: { bus, address: this.#address }, errno: 'EREMOTEIO' };
    if (!capabilities.tellsAcknowledgeSource) {
      return new HalError('HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', `no acknowledge from ${hex} on ${name}`, options);
    }
    return source === 'address'
      ? new HalError('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', `no device answers at ${hex} on ${name}`, options)
      : new HalError('HAL_I2C_NO_ACKNOWLEDGE_DATA', `${hex} on ${name} refused a data byte`, options);
  }
}
