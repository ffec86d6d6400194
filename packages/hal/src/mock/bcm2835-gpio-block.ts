import type { Level } from '../contract/gpio.ts';
import type { MmioBlock } from './chip.ts';
import type { MockPin } from './mock-pin.ts';
import type { Pad } from './pad.ts';

/** Where the lines are: a `MockBoard`. */
export interface GpioLines {
  lineCount(chip?: string): number;
  line(offset: number, chip?: string): MockPin;
}

// BCM2835 ARM Peripherals, table 6-1: register offsets from the start of the block. Pairs serve lines 0-31 and 32-53.
const GPFSEL0 = 0x00;
const GPFSEL5 = 0x14;
const GPSET0 = 0x1c;
const GPCLR0 = 0x28;
const GPLEV0 = 0x34;
const GPEDS0 = 0x40;
const GPREN0 = 0x4c;
const GPFEN0 = 0x58;
const GPHEN0 = 0x64;
const GPLEN0 = 0x70;
const GPAREN0 = 0x7c;
const GPAFEN0 = 0x88;
const GPPUD = 0x94;
const GPPUDCLK0 = 0x98;

/** What /dev/gpiomem maps. */
const BLOCK_BYTES = 0x1000;
/** Lines of the BCM2835 (section 6). */
const LINE_COUNT = 54;
const LINES_PER_BANK = 32;
const BANK_BYTES = 4;
/** Function select: three bits per line, ten lines per register (table 6-2). */
const FUNCTION_BITS = 3;
const FUNCTIONS_PER_REGISTER = 10;
const FUNCTION_INPUT = 0b000;
const FUNCTION_OUTPUT = 0b001;
/** Alternate function 0, for lines that have an alternate function that was not chosen here. */
const FUNCTION_ALTERNATE_0 = 0b100;

const enableRegisters = [GPREN0, GPFEN0, GPHEN0, GPLEN0, GPAREN0, GPAFEN0] as const;

/**
 * The GPIO registers of the BCM2835 (BCM2835 ARM Peripherals, section 6) acting on the lines of a board: function
 * select, set, clear, level, event detection (asynchronous edges like the synchronous ones) and the pull sequence.
 * Registers that the datasheet does not list read as 0 and ignore writes. Accesses of 32 bits only. Like the real block
 * it does not ask who requested a line.
 */
export class Bcm2835GpioBlock implements MmioBlock {
  readonly byteLength = BLOCK_BYTES;
  readonly widths = [32] as const;
  readonly #pads: readonly Pad[];
  readonly #alternates: number[] = [];
  readonly #enables = new Map<number, number>();
  readonly #stopListening = new Map<number, () => void>();
  readonly #events = new Uint32Array(2);
  #pullControl = 0;

  /** Throws HAL_NO_SUCH_DEVICE when the board has no such chip. A chip with fewer lines leaves the rest without effect. */
  constructor(lines: GpioLines, chip?: string) {
    const count = Math.min(LINE_COUNT, lines.lineCount(chip));
    this.#pads = Array.from({ length: count }, (_, offset) => lines.line(offset, chip).pad);
  }

  read(offset: number): number {
    if (offset <= GPFSEL5) return this.#readFunctions((offset - GPFSEL0) / BANK_BYTES);
    const bank = offset % 12 === GPLEV0 % 12 ? 0 : 1;
    switch (offset) {
      case GPLEV0:
      case GPLEV0 + BANK_BYTES:
        return this.#levels(bank);
      case GPEDS0:
      case GPEDS0 + BANK_BYTES:
        return this.#events[bank] as number;
      case GPPUD:
        return this.#pullControl;
      default:
        return this.#enables.get(offset) ?? 0;
    }
  }

  write(offset: number, _width: 8 | 16 | 32, value: number): void {
    switch (offset) {
      case GPSET0:
        this.#latch(0, value, 1);
        return;
      case GPSET0 + BANK_BYTES:
        this.#latch(1, value, 1);
        return;
      case GPCLR0:
        this.#latch(0, value, 0);
        return;
      case GPCLR0 + BANK_BYTES:
        this.#latch(1, value, 0);
        return;
      default:
        this.#writeOther(offset, value);
    }
  }

  #writeOther(offset: number, value: number): void {
    if (offset <= GPFSEL5) {
      this.#writeFunctions((offset - GPFSEL0) / BANK_BYTES, value);
    } else if (offset === GPEDS0 || offset === GPEDS0 + BANK_BYTES) {
      const bank = (offset - GPEDS0) / BANK_BYTES;
      this.#events[bank] = (this.#events[bank] as number) & ~value;
      this.#detectLevels(bank);
    } else if (offset === GPPUD) {
      this.#pullControl = value & 0b11;
    } else if (offset === GPPUDCLK0 || offset === GPPUDCLK0 + BANK_BYTES) {
      this.#clockPulls((offset - GPPUDCLK0) / BANK_BYTES, value);
    } else {
      for (const register of enableRegisters) {
        if (offset === register || offset === register + BANK_BYTES) {
          this.#enable(register, (offset - register) / BANK_BYTES, value);
        }
      }
    }
  }

  #readFunctions(register: number): number {
    let value = 0;
    for (let place = 0; place < FUNCTIONS_PER_REGISTER; place += 1) {
      const line = register * FUNCTIONS_PER_REGISTER + place;
      value |= this.#functionOf(line) << (place * FUNCTION_BITS);
    }
    return value;
  }

  #functionOf(line: number): number {
    switch (this.#pads[line]?.function) {
      case 'output':
        return FUNCTION_OUTPUT;
      case 'alternate':
        return this.#alternates[line] ?? FUNCTION_ALTERNATE_0;
      case 'input':
      case undefined:
        return FUNCTION_INPUT;
    }
  }

  #writeFunctions(register: number, value: number): void {
    for (let place = 0; place < FUNCTIONS_PER_REGISTER; place += 1) {
      const line = register * FUNCTIONS_PER_REGISTER + place;
      const selected = (value >>> (place * FUNCTION_BITS)) & 0b111;
      if (selected === this.#functionOf(line)) continue;
      this.#alternates[line] = selected;
      this.#pads[line]?.setFunction(
        selected === FUNCTION_INPUT ? 'input' : selected === FUNCTION_OUTPUT ? 'output' : 'alternate',
      );
    }
  }

  /** Writing 0 has no effect; on a line that is no output the latch waits (section 6.1, GPSETn). */
  #latch(bank: number, bits: number, level: Level): void {
    for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
      this.#pads[bank * LINES_PER_BANK + lowestBit(rest)]?.setLatch(level);
    }
  }

  #levels(bank: number): number {
    let value = 0;
    for (let bit = 0; bit < LINES_PER_BANK; bit += 1) {
      const pad = this.#pads[bank * LINES_PER_BANK + bit];
      if (pad !== undefined && pad.level === 1) value |= 1 << bit;
    }
    return value >>> 0;
  }

  /** Applies the control of GPPUD: 0 off, 1 down, 2 up (section 6.1, GPPUDCLKn). */
  #clockPulls(bank: number, bits: number): void {
    if (this.#pullControl === 0b11) return;
    const pull = this.#pullControl === 1 ? 'down' : this.#pullControl === 2 ? 'up' : 'none';
    for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
      this.#pads[bank * LINES_PER_BANK + lowestBit(rest)]?.setChipPull(pull);
    }
  }

  #enable(register: number, bank: number, value: number): void {
    this.#enables.set(register + bank * BANK_BYTES, value);
    for (let bit = 0; bit < LINES_PER_BANK; bit += 1) this.#followLine(bank, bit);
    this.#detectLevels(bank);
  }

  /** Listens only to lines with detection switched on: others must stay fast to write. */
  #followLine(bank: number, bit: number): void {
    const line = bank * LINES_PER_BANK + bit;
    const pad = this.#pads[line];
    if (pad === undefined) return;
    const wanted = enableRegisters.some((register) => this.#isEnabled(register, bank, bit));
    const stop = this.#stopListening.get(line);
    if (wanted && stop === undefined) {
      const listener = (level: Level): void => this.#detectEdge(bank, bit, level);
      this.#stopListening.set(line, pad.listen(listener));
    } else if (!wanted && stop !== undefined) {
      stop();
      this.#stopListening.delete(line);
    }
  }

  #detectEdge(bank: number, bit: number, level: Level): void {
    const registers = level === 1 ? [GPREN0, GPAREN0, GPHEN0] : [GPFEN0, GPAFEN0, GPLEN0];
    if (registers.some((register) => this.#isEnabled(register, bank, bit))) this.#setEvent(bank, bit);
  }

  /** A level that is still there sets its event again after it was cleared. */
  #detectLevels(bank: number): void {
    for (let bit = 0; bit < LINES_PER_BANK; bit += 1) {
      const pad = this.#pads[bank * LINES_PER_BANK + bit];
      if (pad === undefined) continue;
      if (this.#isEnabled(pad.level === 1 ? GPHEN0 : GPLEN0, bank, bit)) this.#setEvent(bank, bit);
    }
  }

  #isEnabled(register: number, bank: number, bit: number): boolean {
    return (((this.#enables.get(register + bank * BANK_BYTES) ?? 0) >>> bit) & 1) === 1;
  }

  #setEvent(bank: number, bit: number): void {
    this.#events[bank] = (this.#events[bank] as number) | (1 << bit);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
