import type { PwmPolarity, PwmState } from '../contract/pwm.ts';
import type { Trace } from './trace.ts';

/**
 * One output of a PWM controller as the world sees it. It is described, not drawn: a servo at 50 Hz would fill a trace with 100 edges a
 * second that say nothing, so the trace has an entry for each change of the description, and no line of the board moves.
 */
export class MockPwmOutput {
  readonly name: string;
  readonly chip: string;
  readonly channel: number;
  readonly #trace: Trace;
  readonly #traceSource: number;
  readonly #ownerOf: () => string | undefined;
  #state: PwmState = { periodNs: 0, dutyNs: 0, enabled: false };
  #polarity: PwmPolarity = 'normal';
  #listeners: readonly ((output: MockPwmOutput) => void)[] = [];

  constructor(chip: string, channel: number, trace: Trace, ownerOf: () => string | undefined) {
    this.name = `${chip}/${channel}`;
    this.chip = chip;
    this.channel = channel;
    this.#trace = trace;
    this.#traceSource = trace.number(this.name);
    this.#ownerOf = ownerOf;
  }

  /** For traces of what happens at this output. */
  get traceSource(): number {
    return this.#traceSource;
  }

  /** What the controller was told last; a period of 0 before anything. */
  get state(): PwmState {
    return this.#state;
  }

  get polarity(): PwmPolarity {
    return this.#polarity;
  }

  /** Part of the time for which the pin is high, 0 to 1: what a filter, a lamp or an eye makes of it. 0 while it is off. */
  highFraction(): number {
    const { periodNs, dutyNs, enabled } = this.#state;
    if (!enabled || periodNs === 0) return 0;
    const fraction = dutyNs / periodNs;
    return this.#polarity === 'normal' ? fraction : 1 - fraction;
  }

  /** The consumer that has it open. */
  owner(): string | undefined {
    return this.#ownerOf();
  }

  /** Calls `listener` after each change. Returns what takes it off (idempotent). */
  onChange(listener: (output: MockPwmOutput) => void): () => void {
    const own = (output: MockPwmOutput): void => listener(output);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
    };
  }

  /** The chip's side: what it is told. A change of nothing is none. */
  apply(next: PwmState, polarity: PwmPolarity): void {
    const { periodNs, dutyNs, enabled } = this.#state;
    const isSet = next.periodNs !== periodNs || next.dutyNs !== dutyNs;
    const isSwitched = next.enabled !== enabled || polarity !== this.#polarity;
    this.#state = next;
    this.#polarity = polarity;
    // In the order in which a controller is to be told: off first, on last.
    if (isSwitched && !next.enabled) this.#recordSwitch();
    if (isSet) this.#trace.record('pwm-set', this.#traceSource, next.periodNs, next.dutyNs);
    if (isSwitched && next.enabled) this.#recordSwitch();
    if (isSet || isSwitched) for (const listener of this.#listeners) listener(this);
  }

  #recordSwitch(): void {
    const inversed = this.#polarity === 'inversed' ? 1 : 0;
    this.#trace.record('pwm-switch', this.#traceSource, this.#state.enabled ? 1 : 0, inversed);
  }
}
