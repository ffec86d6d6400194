import type { Level } from '../contract/gpio.ts';

/**
 * What a simulated chip looks like from the bus. Chips know nothing of the board: the board calls them byte by byte,
 * applies faults, takes the bus time and writes the trace. None of these calls may block or throw.
 */
export interface I2cChip {
  /** A start or repeated start with this chip's address. Returns whether the chip acknowledges. */
  begin(direction: 'read' | 'write'): boolean;
  /** One byte from the controller, 0 to 255. Returns whether the chip acknowledges. */
  writeByte(value: number): boolean;
  /** The next byte that the chip sends, 0 to 255. */
  readByte(): number;
  /** The stop condition. */
  end(): void;
  /** Power came back (replug, brown-out): everything volatile takes its reset value. */
  reset?(): void;
}

/** A simulated SPI chip: one byte in, one byte out, between select and deselect. */
export interface SpiChip {
  select(): void;
  exchange(value: number): number;
  deselect(): void;
  /** Power came back (replug, brown-out): everything volatile takes its reset value. */
  reset?(): void;
}

/** How a part on a GPIO line reaches the line. */
export interface GpioPartPin {
  /** Physical level that the part drives; undefined lets go of the line, which then follows its pull. */
  drive(level: Level | undefined): void;
}

/** A simulated part on one GPIO line. */
export interface GpioPart {
  /** Called once when the part is wired; the part keeps the pin to drive it with. */
  connect(pin: GpioPartPin): void;
  /** The physical level of the line is now this; also called once after `connect`. Must not drive the pin. */
  levelChanged(level: Level): void;
  /** The wire is taken off: the part lets go and schedules nothing more. */
  disconnect(): void;
}

/** The far end of a simulated serial port. */
export interface UartPeer {
  /** Bytes that the app's side sent. */
  receive(bytes: Uint8Array): void;
  /** Called once when the peer is attached; the peer keeps the link to send with. */
  connect(link: UartLink): void;
}

/** How a peer reaches the port it is attached to. */
export interface UartLink {
  send(bytes: Uint8Array): void;
  /** The far end goes away: what was sent can still be read, then the port is disconnected. */
  disconnect(): void;
  /** The next character arrives broken. */
  corrupt(fault: 'parity' | 'framing' | 'noise'): void;
}

/** A simulated block of memory-mapped registers. Offsets are within the block; the board checked range and alignment. */
export interface MmioBlock {
  readonly byteLength: number;
  readonly widths: readonly (8 | 16 | 32)[];
  read(offset: number, width: 8 | 16 | 32): number;
  write(offset: number, width: 8 | 16 | 32, value: number): void;
}
