/**
 * What one app did, as numbers that another thread can read while the guest runs. Each cell has one writer: the app's
 * thread, or of `startsEnded`, `turnsEnded` and `threadsStuck` whoever ended it. A reader may be one call behind.
 */
export const counterNames = [
  'hostCalls',
  'denials',
  'eventsDelivered',
  'eventsDropped',
  'logBytes',
  'logBytesDropped',
  'busTransactions',
  'busBytes',
  'failures',
  'callbacks',
  'memoryFull',
  'tablesFull',
  'handlesRefused',
  'timersRefused',
  'subscriptionsRefused',
  'callsDelayed',
  'busRefused',
  'busMicroseconds',
  'startsEnded',
  'turnsEnded',
  'threadsStuck',
] as const;

export type CounterName = (typeof counterNames)[number];

/** Index of each counter in the cells. */
export const counterIndex = Object.fromEntries(counterNames.map((name, index) => [name, index])) as Readonly<
  Record<CounterName, number>
>;

export class AppCounters {
  /** Doubles, so that counts are exact to 2^53; direct access is for hot paths. */
  readonly cells: Float64Array;

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(AppCounters.byteLength)) {
    this.cells = new Float64Array(buffer, 0, counterNames.length);
  }

  static readonly byteLength = counterNames.length * Float64Array.BYTES_PER_ELEMENT;

  add(name: CounterName, amount = 1): void {
    const index = counterIndex[name];
    this.cells[index] = (this.cells[index] as number) + amount;
  }

  get(name: CounterName): number {
    return this.cells[counterIndex[name]] as number;
  }

  snapshot(): Record<CounterName, number> {
    return Object.fromEntries(counterNames.map((name) => [name, this.get(name)])) as Record<
      CounterName,
      number
    >;
  }
}
