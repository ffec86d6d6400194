/** How long and how often; see `run.ts` for the two settings. */
export interface MeasurementSettings {
  readonly rounds: number;
  /** Rounds that are thrown away: the engine optimises, and the loops find their counts. */
  readonly warmUpRounds: number;
  /** What one loop of one round is to take, nanoseconds. */
  readonly loopNs: number;
}

/** What the measured loops gave. Can be sent to another thread. */
export interface Measurement {
  /** Nanoseconds a call, one number a round. */
  readonly nsPerCall: Readonly<Record<string, readonly number[]>>;
  /** Calls that failed, warm-up included. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Turns of a loop's first run; enough that the engine sees that it is hot. */
const FIRST_COUNT = 2_000;
const MAX_COUNT = 100_000_000;

/**
 * Says which loop is next and keeps what each took. Every round runs every loop; each second round in the opposite
 * order, so that a machine that gets slower or faster does so for all loops alike. Time is injected.
 */
export class LoopSequence {
  readonly #names: readonly string[];
  readonly #settings: MeasurementSettings;
  readonly #nowNs: () => bigint;
  readonly #counts: number[];
  readonly #samples: number[][];
  readonly #failures: number[];
  #step = -1;
  #startNs = 0n;

  constructor(names: readonly string[], settings: MeasurementSettings, nowNs: () => bigint) {
    this.#names = names;
    this.#settings = settings;
    this.#nowNs = nowNs;
    this.#counts = names.map(() => FIRST_COUNT);
    this.#samples = names.map(() => []);
    this.#failures = names.map(() => 0);
  }

  /** Index of the next loop, -1 when all rounds are over. */
  next(): number {
    this.#step += 1;
    const { rounds, warmUpRounds } = this.#settings;
    return this.#step < this.#names.length * (rounds + warmUpRounds) ? this.#index() : -1;
  }

  /** Turns that the loop is to make. Takes the time last. */
  start(): number {
    const count = this.#counts[this.#index()] as number;
    this.#startNs = this.#nowNs();
    return count;
  }

  /** Takes the time first. */
  stop(failures: number): void {
    const tookNs = Number(this.#nowNs() - this.#startNs);
    const index = this.#index();
    const count = this.#counts[index] as number;
    this.#failures[index] = (this.#failures[index] as number) + failures;
    if (this.#round() >= this.#settings.warmUpRounds) {
      this.#samples[index]?.push(tookNs / count);
    } else {
      const wanted = Math.round((this.#settings.loopNs * count) / Math.max(tookNs, 1));
      this.#counts[index] = Math.min(Math.max(wanted, 1), MAX_COUNT);
    }
  }

  measurement(): Measurement {
    return {
      nsPerCall: Object.fromEntries(this.#names.map((name, index) => [name, this.#samples[index] ?? []])),
      failures: Object.fromEntries(this.#names.map((name, index) => [name, this.#failures[index] ?? 0])),
    };
  }

  #round(): number {
    return Math.floor(this.#step / this.#names.length);
  }

  #index(): number {
    const position = this.#step % this.#names.length;
    return this.#round() % 2 === 0 ? position : this.#names.length - 1 - position;
  }
}

/** One measurement from several of the same loops: their rounds one after the other. */
export function joinMeasurements(measurements: readonly Measurement[]): Measurement {
  const names = [...new Set(measurements.flatMap(({ nsPerCall }) => Object.keys(nsPerCall)))];
  return {
    nsPerCall: Object.fromEntries(
      names.map((name) => [name, measurements.flatMap(({ nsPerCall }) => nsPerCall[name] ?? [])]),
    ),
    failures: Object.fromEntries(
      names.map((name) => [name, measurements.reduce((sum, { failures }) => sum + (failures[name] ?? 0), 0)]),
    ),
  };
}
