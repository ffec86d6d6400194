import type { Level, LineDrive } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { Net } from './net.ts';
import type { Trace } from './trace.ts';

/** What a driver does to a line: pull it to a level or leave it alone. */
export type Drive = Level | undefined;
export type Pull = 'up' | 'down' | 'none';
/** What the chip's pin multiplexer connects; `alternate` is any other function, which drives nothing here. */
export type PadFunction = 'input' | 'output' | 'alternate';
export type LevelListener = (level: Level) => void;

/** Outside drivers and level listeners on one pad. */
const MAX_ATTACHED_PER_PAD = 64;

/** Something outside the chip that drives a line. */
export class OutsideDriver {
  readonly #pad: Pad;
  drive: Drive;

  constructor(pad: Pad) {
    this.#pad = pad;
  }

  set(drive: Drive): void {
    if (drive === this.drive) return;
    this.drive = drive;
    this.#pad.net.resolve();
  }
}

/**
 * The chip's side of one line: function, output latch, drive and pull. Requested lines and a memory-mapped GPIO block
 * act on the same pad, as on the real chip. Levels are physical.
 */
export class Pad {
  readonly name: string;
  net: Net;
  readonly outsideDrivers: OutsideDriver[] = [];
  readonly #recordEdge: Trace['recordEdge'];
  readonly #traceSource: number;
  #listeners: readonly LevelListener[] = [];
  #heard = false;
  #function: PadFunction = 'input';
  #latch: Level = 0;
  #lineDrive: LineDrive = 'push-pull';
  #chipPull: Pull = 'none';
  #outsidePull: Pull = 'none';
  /** A push-pull output that nothing else can move: a write need not look at anything else. */
  #direct = false;
  padDrive: Drive;

  constructor(name: string, trace: Trace) {
    this.name = name;
    this.#recordEdge = trace.recordEdge;
    this.#traceSource = trace.number(name);
    this.net = new Net(this, 0);
  }

  get level(): Level {
    return this.net.level;
  }

  get function(): PadFunction {
    return this.#function;
  }

  get latch(): Level {
    return this.#latch;
  }

  get chipPull(): Pull {
    return this.#chipPull;
  }

  get outsidePull(): Pull {
    return this.#outsidePull;
  }

  /** All change at once: a line that becomes an output starts with its level, without a glitch. */
  configure(padFunction: PadFunction, latch: Level, lineDrive: LineDrive, chipPull: Pull): void {
    this.#function = padFunction;
    this.#latch = latch;
    this.#lineDrive = lineDrive;
    this.#chipPull = chipPull;
    this.#apply();
  }

  setFunction(padFunction: PadFunction): void {
    if (padFunction === this.#function) return;
    this.#function = padFunction;
    this.#apply();
  }

  /** Hot. The latch is kept also while the pad is not an output; it shows when the pad becomes one. */
  setLatch(level: Level): void {
    this.#latch = level;
    // Compared with true, not tested for truth: one instruction instead of a dozen.
    if (this.#direct !== true) {
      this.#apply();
      return;
    }
    this.padDrive = level;
    const net = this.net;
    if (level === net.level) return;
    net.level = level;
    this.#recordEdge(this.#traceSource, level);
    if (this.#heard === true) this.tell(level);
  }

  setChipPull(pull: Pull): void {
    this.#chipPull = pull;
    this.net.resolve();
  }

  setOutsidePull(pull: Pull): void {
    this.#outsidePull = pull;
    this.net.resolve();
  }

  addOutsideDriver(driver: OutsideDriver): void {
    checkAttached(this.name, this.outsideDrivers.length);
    this.outsideDrivers.push(driver);
    this.updateDirect();
  }

  removeOutsideDriver(driver: OutsideDriver): void {
    const index = this.outsideDrivers.indexOf(driver);
    if (index < 0) return;
    this.outsideDrivers.splice(index, 1);
    this.updateDirect();
    this.net.resolve();
  }

  /** To be called when what is on the line has changed. */
  updateDirect(): void {
    this.#direct =
      this.#function === 'output' &&
      this.#lineDrive === 'push-pull' &&
      this.net.pads.length === 1 &&
      this.outsideDrivers.length === 0;
  }

  /** Calls `listener` after each change of level. Returns what takes it off. Throws HAL_LIMIT_REACHED. */
  listen(listener: LevelListener): () => void {
    checkAttached(this.name, this.#listeners.length);
    const own: LevelListener = (level) => listener(level);
    this.#listeners = [...this.#listeners, own];
    this.#heard = true;
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== own);
      this.#heard = this.#listeners.length > 0;
    };
  }

  get listenerCount(): number {
    return this.#listeners.length;
  }

  recordEdge(level: Level): void {
    this.#recordEdge(this.#traceSource, level);
  }

  tell(level: Level): void {
    const listeners = this.#listeners;
    for (let index = 0; index < listeners.length; index += 1) {
      (listeners[index] as LevelListener)(level);
    }
  }

  #apply(): void {
    this.updateDirect();
    this.padDrive = this.#function === 'output' ? driveOf(this.#lineDrive, this.#latch) : undefined;
    this.net.resolve();
  }
}

function driveOf(lineDrive: LineDrive, latch: Level): Drive {
  if (lineDrive === 'open-drain') return latch === 0 ? 0 : undefined;
  if (lineDrive === 'open-source') return latch === 1 ? 1 : undefined;
  return latch;
}

function checkAttached(name: string, count: number): void {
  if (count >= MAX_ATTACHED_PER_PAD) {
    throw new HalError(
      'HAL_LIMIT_REACHED',
      `${MAX_ATTACHED_PER_PAD} things are attached to ${name} already`,
      {
        details: { limit: 'MAX_ATTACHED_PER_PAD', value: MAX_ATTACHED_PER_PAD },
      },
    );
  }
}
