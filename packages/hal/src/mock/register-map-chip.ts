import { HalError } from '../error.ts';
import type { I2cChip } from './chip.ts';

export interface RegisterMapOptions {
  /** Bytes of a register pointer, most significant first. Default 1. */
  readonly pointerBytes?: 1 | 2;
  /** Registers, 1 to 65 536. Default 256 to the `pointerBytes`. The pointer wraps to 0 after the last. */
  readonly registerCount?: number;
  /**
   * What follows the first written value: `increment` writes the next register, `pairs` takes a new pointer before each
   * value. Default `increment`.
   */
  readonly writeStyle?: 'increment' | 'pairs';
}

/**
 * An I2C chip with registers behind a pointer: the first written bytes set the pointer, reads start there and go on
 * with the next register. Part models say what reading and writing a register does. The pointer keeps its value
 * between transactions. A pointer beyond the last register is not acknowledged.
 */
export abstract class RegisterMapChip implements I2cChip {
  protected readonly registers: Uint8Array;
  readonly #pointerBytes: 1 | 2;
  readonly #writeStyle: 'increment' | 'pairs';
  #pointer = 0;
  #newPointer = 0;
  #pointerBytesMissing = 0;

  constructor(options: RegisterMapOptions = {}) {
    const pointerBytes = options.pointerBytes ?? 1;
    const registerCount = options.registerCount ?? 256 ** pointerBytes;
    if (!Number.isInteger(registerCount) || registerCount < 1 || registerCount > 256 ** pointerBytes) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a pointer of ${pointerBytes} bytes reaches 1 to ${256 ** pointerBytes} registers, not ${registerCount}`,
      );
    }
    this.#pointerBytes = pointerBytes;
    this.#writeStyle = options.writeStyle ?? 'increment';
    this.registers = new Uint8Array(registerCount);
  }

  /** The byte that a read of this register gives; may have side effects. */
  protected onRead(register: number): number {
    return this.registers[register] as number;
  }

  /** A byte is written to this register; may have side effects. */
  protected onWrite(register: number, value: number): void {
    this.registers[register] = value;
  }

  /** Whether the chip acknowledges a byte for this register; if not, `onWrite` is not called. */
  protected accepts(_register: number, _value: number): boolean {
    return true;
  }

  /** The register that the next access goes to. */
  get pointer(): number {
    return this.#pointer;
  }

  begin(direction: 'read' | 'write'): boolean {
    this.#pointerBytesMissing = direction === 'write' ? this.#pointerBytes : 0;
    this.#newPointer = 0;
    return true;
  }

  writeByte(value: number): boolean {
    if (this.#pointerBytesMissing > 0) return this.#takePointerByte(value);
    if (!this.accepts(this.#pointer, value)) return false;
    this.onWrite(this.#pointer, value);
    this.#next();
    if (this.#writeStyle === 'pairs') {
      this.#pointerBytesMissing = this.#pointerBytes;
      this.#newPointer = 0;
    }
    return true;
  }

  readByte(): number {
    const value = this.onRead(this.#pointer);
    this.#next();
    return value & 0xff;
  }

  /** Nothing to do: the next `begin` starts anew, half a pointer is forgotten. */
  end(): void {}

  /** Registers and pointer go to 0; part models call this and then set their own reset values. */
  reset(): void {
    this.registers.fill(0);
    this.#pointer = 0;
    this.#pointerBytesMissing = 0;
  }

  #takePointerByte(value: number): boolean {
    this.#newPointer = (this.#newPointer << 8) | value;
    this.#pointerBytesMissing -= 1;
    if (this.#pointerBytesMissing > 0) return true;
    if (this.#newPointer >= this.registers.length) return false;
    this.#pointer = this.#newPointer;
    return true;
  }

  #next(): void {
    this.#pointer = (this.#pointer + 1) % this.registers.length;
  }
}
