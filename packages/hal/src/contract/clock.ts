/**
 * Time, injected. Nothing in Kanchi reads the wall clock or sleeps by other means, so a test with a virtual clock
 * runs hours in milliseconds and two runs give the same trace.
 */
export interface Clock {
  /** Monotonic time in nanoseconds from an arbitrary start. Never goes back. */
  nowNs(): bigint;

  /** Wall time in nanoseconds since 1970-01-01T00:00:00Z. May be stepped. */
  wallNs(): bigint;

  /**
   * Blocks the calling thread until `deadlineNs` (monotonic) at the latest. It may return earlier whenever something
   * may have changed (an event arrived, a stop was asked for, simulated hardware moved), so callers loop and check
   * their condition. A deadline that has passed returns at once.
   */
  waitUntil(deadlineNs: bigint): void;
}

/** A clock on which simulated hardware can schedule what the world does next. */
export interface WorldClock extends Clock {
  /**
   * Runs `action` when the clock reaches `timeNs`, in time order, first scheduled first run. A time that has passed
   * runs at the next wait or `runDue`. Returns a function that cancels it (idempotent).
   */
  schedule(timeNs: bigint, action: () => void): () => void;

  /** Monotonic time of the next scheduled action, or undefined when none is scheduled. */
  nextDueNs(): bigint | undefined;

  /** Runs every action that is due now. */
  runDue(): void;

  /** Lets `durationNs` pass, running what falls due: how simulated buses take their time. */
  spend(durationNs: bigint): void;
}
