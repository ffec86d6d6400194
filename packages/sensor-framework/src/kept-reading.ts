import type { Reading } from './reading.ts';

/**
 * A reading of one channel that is kept until the next one of its kind. The fields are copied: with many sensors the readings
 * themselves, were they kept, would be most of what the collector has to move.
 */
export class KeptReading {
  /** 0 before the first. */
  sequence = 0;
  capturedNs = 0n;
  capturedWallNs = 0n;
  /** NaN for a reading without a value. */
  value = Number.NaN;

  keep(reading: Reading): void {
    this.sequence = reading.sequence;
    this.capturedNs = reading.capturedNs;
    this.capturedWallNs = reading.capturedWallNs;
    this.value = reading.value ?? Number.NaN;
  }
}
