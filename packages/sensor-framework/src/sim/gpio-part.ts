import type { Level } from '@kanchi/hal';

/** How a part on a GPIO line reaches the line. */
export interface GpioPartPin {
  /** Physical level that the part drives; undefined lets go of the line, which then follows its pull. */
  drive(level: Level | undefined): void;
}

/** A simulated part on one GPIO line, the counterpart of `UartPeer`. */
export interface GpioPart {
  /** Called once when the part is wired; the part keeps the pin to drive it with. */
  connect(pin: GpioPartPin): void;
  /** The physical level of the line is now this; also called once after `connect`. Must not drive the pin. */
  levelChanged(level: Level): void;
  /** The wire is taken off: the part lets go and schedules nothing more. Idempotent. */
  disconnect(): void;
}
