import type { ReadingReason } from '../reading.ts';

/** The part of a filter that knows values only; `Filter` puts the rules for no-data around it. */
export interface ValueFilter {
  /** What to pass on: a value (checked by the caller, it may overflow), a reason, or undefined to hold it back. */
  accept(value: number, dueNs: bigint): number | ReadingReason | undefined;

  /** There was no value. What was gathered before must not live on. */
  forget(): void;
}
