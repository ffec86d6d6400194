import { HalError } from '../error.ts';
import type { I2cChip, SpiChip } from './chip.ts';

/** One I2C transaction as a test expects it: what is written, what the chip answers, in order. */
export interface I2cExpectation {
  readonly write?: readonly number[];
  /** Bytes that the chip sends to a read after the write. */
  readonly answer?: readonly number[];
}

/** One SPI transaction: the bytes in both directions at once. Without `expect` anything may be sent. */
export interface SpiExpectation {
  readonly expect?: readonly number[];
  readonly answer?: readonly number[];
}

/** In order, or a group that may come in any order before the script goes on. */
export type Script<Expectation> = readonly (Expectation | { readonly anyOrder: readonly Expectation[] })[];

/** Problems that a script keeps; more are counted. */
const MAX_SCRIPT_PROBLEMS = 100;
const IDLE_BYTE = 0xff;

/** The part of a script that is still to come, and what went wrong so far. */
class ScriptRun<Expectation extends object> {
  readonly #groups: Expectation[][];
  readonly #problems: string[] = [];
  #problemCount = 0;

  constructor(script: Script<Expectation>) {
    this.#groups = script.map((entry) => ('anyOrder' in entry ? [...entry.anyOrder] : [entry]));
  }

  /** What may come now. */
  candidates(): readonly Expectation[] {
    while (this.#groups[0]?.length === 0) this.#groups.shift();
    return this.#groups[0] ?? [];
  }

  done(expectation: Expectation): void {
    const group = this.#groups[0];
    const index = group?.indexOf(expectation) ?? -1;
    if (index >= 0) group?.splice(index, 1);
  }

  problem(text: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < MAX_SCRIPT_PROBLEMS) this.#problems.push(text);
  }

  verify(): void {
    const missing = this.#groups.flat().length;
    const problems = [...this.#problems];
    const more = this.#problemCount - problems.length;
    if (more > 0) problems.push(`${more} more`);
    if (missing > 0) problems.push(`${missing} expected transactions did not come`);
    if (problems.length > 0) {
      throw new HalError('HAL_OTHER', `the script was not followed: ${problems.join('; ')}`, {
        details: { problemCount: this.#problemCount, missing },
      });
    }
  }
}

/**
 * An I2C chip for the unit test of a driver: acknowledges exactly what the script says. A byte that no expectation has
 * at its place is not acknowledged and noted; `verify` throws HAL_OTHER with everything that was noted or is missing.
 */
export class ScriptedI2cChip implements I2cChip {
  readonly #run: ScriptRun<I2cExpectation>;
  #candidates: readonly I2cExpectation[] = [];
  #written: number[] = [];
  #read = 0;
  #idle = true;

  constructor(script: Script<I2cExpectation>) {
    this.#run = new ScriptRun(script);
  }

  /** Throws HAL_OTHER unless the script was followed to its end. */
  verify(): void {
    this.#run.verify();
  }

  begin(direction: 'read' | 'write'): boolean {
    if (this.#idle) {
      this.#idle = false;
      this.#written = [];
      this.#read = 0;
      this.#candidates = this.#run.candidates();
    }
    if (direction === 'read') {
      this.#keep((expectation) => (expectation.write ?? []).length === this.#written.length);
    }
    if (this.#candidates.length > 0) return true;
    this.#run.problem(`unexpected ${direction} after [${hexList(this.#written)}]`);
    return false;
  }

  writeByte(value: number): boolean {
    const place = this.#written.length;
    this.#written.push(value);
    this.#keep(({ write }) => write?.[place] === value);
    if (this.#candidates.length > 0) return true;
    this.#run.problem(`unexpected write [${hexList(this.#written)}]`);
    return false;
  }

  readByte(): number {
    const byte = this.#candidates[0]?.answer?.[this.#read];
    this.#read += 1;
    if (byte === undefined)
      this.#run.problem(`byte ${this.#read} was read after [${hexList(this.#written)}]`);
    return byte ?? IDLE_BYTE;
  }

  end(): void {
    this.#idle = true;
    const whole = this.#candidates.find(
      ({ write, answer }) =>
        (write ?? []).length === this.#written.length && (answer ?? []).length === this.#read,
    );
    if (whole !== undefined) this.#run.done(whole);
    else if (this.#candidates.length > 0) {
      this.#run.problem(`stop after write [${hexList(this.#written)}] and ${this.#read} read bytes`);
    }
  }

  #keep(fits: (expectation: I2cExpectation) => boolean): void {
    this.#candidates = this.#candidates.filter(fits);
  }
}

/** An SPI chip for the unit test of a driver: one expectation per time that it is selected, full duplex. */
export class ScriptedSpiChip implements SpiChip {
  readonly #run: ScriptRun<SpiExpectation>;
  #candidates: readonly SpiExpectation[] = [];
  #sent: number[] = [];

  constructor(script: Script<SpiExpectation>) {
    this.#run = new ScriptRun(script);
  }

  /** Throws HAL_OTHER unless the script was followed to its end. */
  verify(): void {
    this.#run.verify();
  }

  select(): void {
    this.#sent = [];
    this.#candidates = this.#run.candidates();
  }

  exchange(value: number): number {
    const place = this.#sent.length;
    // Full duplex: the answer is on the wire before the byte is known, so it is that of the first candidate so far.
    const answer = this.#candidates[0]?.answer?.[place] ?? IDLE_BYTE;
    this.#sent.push(value);
    this.#candidates = this.#candidates.filter(
      ({ expect }) => expect === undefined || expect[place] === value,
    );
    return answer;
  }

  deselect(): void {
    const whole = this.#candidates.find(
      ({ expect, answer }) => this.#sent.length === (expect ?? answer ?? this.#sent).length,
    );
    if (whole === undefined) this.#run.problem(`unexpected transaction [${hexList(this.#sent)}]`);
    else this.#run.done(whole);
  }
}

function hexList(bytes: readonly number[]): string {
  return bytes.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
}
