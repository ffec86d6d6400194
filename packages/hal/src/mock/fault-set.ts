import type { WorldClock } from '../contract/clock.ts';
import { HalError } from '../error.ts';
import type { Fault, FaultKind, HardwareTarget, PowerFault, TimedFault } from './fault.ts';
import { faultFields } from './fault.ts';
import type { Trace } from './trace.ts';

/** Faults that a board may have at the same time. */
const MAX_FAULTS = 1_024;

type FaultOf<Kind extends TimedFault['kind']> = Extract<TimedFault, { readonly kind: Kind }>;
type Place = Readonly<Record<string, number | string>>;

interface ActiveFault {
  readonly fault: TimedFault;
  readonly atNs: bigint | undefined;
  readonly untilNs: bigint | undefined;
  opportunities: number;
  strikes: number;
}

/** What the board does for faults of power and plugs. */
export interface PowerSwitch {
  exists(target: HardwareTarget): boolean;
  unplug(target: HardwareTarget): void;
  replug(target: HardwareTarget): void;
  reset(target: HardwareTarget): void;
}

const placeFields = ['bus', 'address', 'chipSelect', 'port', 'chip', 'channel'] as const;

/** The faults of a board. They are data; when they strike is decided here, what they do by the bus. */
export class FaultSet {
  readonly #clock: WorldClock;
  readonly #trace: Trace;
  readonly #power: PowerSwitch;
  readonly #active: ActiveFault[] = [];
  #strikeCount = 0;

  constructor(clock: WorldClock, trace: Trace, power: PowerSwitch) {
    this.#clock = clock;
    this.#trace = trace;
    this.#power = power;
  }

  /** Faults that struck since the board was made. */
  get strikeCount(): number {
    return this.#strikeCount;
  }

  /**
   * Adds a fault; returns what takes it away again (a part that is unplugged stays so). Throws HAL_BAD_ARGUMENT for
   * data that is no fault, HAL_NO_SUCH_DEVICE for a target that is not there, HAL_LIMIT_REACHED.
   */
  add(fault: Fault): () => void {
    checkFault(fault);
    if (isPowerFault(fault)) return this.#addPowerFault(fault);
    if (this.#active.length >= MAX_FAULTS) {
      throw new HalError('HAL_LIMIT_REACHED', `a board has at most ${MAX_FAULTS} faults`, {
        details: { limit: 'MAX_FAULTS', value: MAX_FAULTS },
      });
    }
    const active: ActiveFault = {
      fault,
      atNs: fault.at === undefined ? undefined : BigInt(fault.at),
      untilNs: fault.until === undefined ? undefined : BigInt(fault.until),
      opportunities: 0,
      strikes: 0,
    };
    this.#active.push(active);
    return () => {
      const index = this.#active.indexOf(active);
      if (index >= 0) this.#active.splice(index, 1);
    };
  }

  /** Takes all timed faults away. */
  clear(): void {
    this.#active.length = 0;
  }

  get empty(): boolean {
    return this.#active.length === 0;
  }

  /**
   * One opportunity for faults of that kind at that place: the fault that strikes, or undefined. Where several strike
   * at once, the one that was added first. `applies` says for which faults this is an opportunity at all.
   */
  strike<Kind extends TimedFault['kind']>(
    kind: Kind,
    place: Place,
    traceSource: number,
    applies: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    let struck: ActiveFault | undefined;
    for (const active of this.#active) {
      if (active.fault.kind !== kind || !this.#isDue(active) || !isAt(active.fault, place)) continue;
      if (!applies(active.fault as FaultOf<Kind>)) continue;
      active.opportunities += 1;
      if (active.opportunities % (active.fault.oneIn ?? 1) === 0) struck ??= active;
    }
    if (struck === undefined) return undefined;
    struck.strikes += 1;
    this.#strikeCount += 1;
    const address = place['address'];
    this.#trace.record(
      'fault',
      traceSource,
      this.#trace.number(kind),
      typeof address === 'number' ? address : 0,
    );
    return struck.fault as FaultOf<Kind>;
  }

  #isDue({ fault, atNs, untilNs, strikes }: ActiveFault): boolean {
    const nowNs = this.#clock.nowNs();
    return (
      (atNs === undefined || nowNs >= atNs) &&
      (untilNs === undefined || nowNs < untilNs) &&
      strikes < (fault.count ?? Number.POSITIVE_INFINITY)
    );
  }

  #addPowerFault(fault: PowerFault): () => void {
    const { target, kind } = fault;
    if (!this.#power.exists(target)) {
      throw new HalError('HAL_NO_SUCH_DEVICE', `nothing is plugged in at ${JSON.stringify(target)}`);
    }
    const cancels: (() => void)[] = [];
    const run = (at: number | bigint | undefined, action: () => void): void => {
      // The part may have been taken off by then.
      const act = (): void => {
        if (this.#power.exists(target)) action();
      };
      if (at === undefined || BigInt(at) <= this.#clock.nowNs()) act();
      else cancels.push(this.#clock.schedule(BigInt(at), act));
    };
    run(fault.at, () => {
      this.#strikeCount += 1;
      if (kind === 'brown-out' && fault.until === undefined) this.#power.reset(target);
      else this.#power.unplug(target);
    });
    if (fault.until !== undefined) run(fault.until, () => this.#power.replug(target));
    return () => {
      for (const cancel of cancels) cancel();
    };
  }
}

function isPowerFault(fault: Fault): fault is PowerFault {
  return fault.kind === 'unplug' || fault.kind === 'brown-out';
}

function isAt(fault: TimedFault, place: Place): boolean {
  const wanted: Readonly<Record<string, unknown>> = { ...fault };
  return placeFields.every((field) => wanted[field] === undefined || wanted[field] === place[field]);
}

const BYTE_FIELDS = ['mask', 'register', 'value'];

function checkFault(fault: Fault): void {
  const fields = faultFields[fault.kind as FaultKind] as readonly string[] | undefined;
  if (fields === undefined) throw badFault(`there is no fault of kind ${String(fault.kind)}`);
  const data: Readonly<Record<string, unknown>> = { ...fault };
  for (const field of fields) {
    const value = data[field];
    const limit = BYTE_FIELDS.includes(field) ? 0xff : Number.MAX_SAFE_INTEGER;
    if (!isWhole(value, 0, limit))
      throw badFault(`${fault.kind} needs ${field}, 0 to ${limit}, a whole number`);
  }
  for (const field of ['oneIn', 'count']) {
    if (data[field] !== undefined && !isWhole(data[field], 1, Number.MAX_SAFE_INTEGER)) {
      throw badFault(`${field} is a whole number from 1`);
    }
  }
  for (const field of ['at', 'until']) {
    const value = data[field];
    if (value !== undefined && typeof value !== 'bigint' && !isWhole(value, 0, Number.MAX_SAFE_INTEGER)) {
      throw badFault(`${field} is a time in whole nanoseconds from 0`);
    }
  }
  if (fault.kind === 'uart-corrupt' && !['parity', 'framing', 'noise'].includes(fault.error)) {
    throw badFault(`uart-corrupt needs error parity, framing or noise, not ${String(fault.error)}`);
  }
  if (fault.at !== undefined && fault.until !== undefined && BigInt(fault.until) <= BigInt(fault.at)) {
    throw badFault(`${fault.kind} ends (${fault.until}) before it begins (${fault.at})`);
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function badFault(message: string): HalError {
  return new HalError('HAL_BAD_ARGUMENT', message);
}
