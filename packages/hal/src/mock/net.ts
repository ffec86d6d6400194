import type { Level } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import type { Drive, Pad, Pull } from './pad.ts';

/** Lines that may be wired to one node. */
const MAX_WIRED_PADS = 64;

/**
 * Lines that are wired together and so share one level. Strong drivers first: if they disagree that is a short, which
 * is counted, and low wins. Without a strong driver outside pulls decide (a resistor on the board is stronger than the
 * 50 kOhm in the chip), then the chip's own; when pulls of the same strength disagree low wins. A line with nothing on it floats
 * and keeps its last level, 0 at the start.
 */
export class Net {
  readonly pads: Pad[];
  level: Level;
  #shortCount = 0;
  #shorted = false;

  constructor(first: Pad, level: Level) {
    this.pads = [first];
    this.level = level;
  }

  /** How often strong drivers began to disagree. */
  get shortCount(): number {
    return this.#shortCount;
  }

  get shorted(): boolean {
    return this.#shorted;
  }

  resolve(): void {
    this.setLevel(this.#settle());
  }

  /** Takes in pads that were on other nets; only those whose level changes see an edge, and only one. */
  adopt(pads: readonly Pad[], shortCount: number): void {
    const before = pads.map((pad) => pad.level);
    const own = [...this.pads];
    const ownBefore = this.level;
    for (const pad of pads) {
      this.pads.push(pad);
      pad.net = this;
    }
    this.#shortCount += shortCount;
    for (const pad of this.pads) pad.updateDirect();
    const level = this.#settle();
    this.level = level;
    const changed = pads.filter((_, index) => before[index] !== level);
    if (ownBefore !== level) changed.unshift(...own);
    for (const pad of changed) pad.recordEdge(level);
    for (const pad of changed) pad.tell(level);
  }

  /** Takes in pads of the same level without settling. */
  absorb(pads: readonly Pad[]): void {
    for (const pad of pads) {
      this.pads.push(pad);
      pad.net = this;
    }
    for (const pad of this.pads) pad.updateDirect();
  }

  #settle(): Level {
    let high = false;
    let low = false;
    for (const pad of this.pads) {
      const drive = pad.padDrive;
      if (drive === 1) high = true;
      else if (drive === 0) low = true;
      for (const driver of pad.outsideDrivers) {
        if (driver.drive === 1) high = true;
        else if (driver.drive === 0) low = true;
      }
    }
    if (high && low && !this.#shorted) this.#shortCount += 1;
    this.#shorted = high && low;
    return low ? 0 : high ? 1 : this.#pulledLevel();
  }

  setLevel(level: Level): void {
    if (level === this.level) return;
    this.level = level;
    const pads = this.pads;
    // Every line shows the new level before anybody hears of it.
    for (let index = 0; index < pads.length; index += 1) (pads[index] as Pad).recordEdge(level);
    for (let index = 0; index < pads.length; index += 1) (pads[index] as Pad).tell(level);
  }

  #pulledLevel(): Level {
    return (
      strongest(this.pads.map((pad) => pad.outsidePull)) ??
      strongest(this.pads.map((pad) => pad.chipPull)) ??
      this.level
    );
  }
}

function strongest(pulls: readonly Pull[]): Drive {
  if (pulls.includes('down')) return 0;
  return pulls.includes('up') ? 1 : undefined;
}

/** Wires between lines. A wire can be cut again, which splits what it joined. */
export class Wiring {
  readonly #wires: { readonly a: Pad; readonly b: Pad }[] = [];

  /** Returns what cuts the wire. Throws HAL_LIMIT_REACHED when the node would hold more than MAX_WIRED_PADS lines. */
  join(a: Pad, b: Pad): () => void {
    if (a.net !== b.net) {
      if (a.net.pads.length + b.net.pads.length > MAX_WIRED_PADS) {
        throw new HalError('HAL_LIMIT_REACHED', `more than ${MAX_WIRED_PADS} lines would be wired together`, {
          details: { limit: 'MAX_WIRED_PADS', value: MAX_WIRED_PADS },
        });
      }
      a.net.adopt(b.net.pads, b.net.shortCount);
    }
    const wire = { a, b };
    this.#wires.push(wire);
    return () => {
      const index = this.#wires.indexOf(wire);
      if (index < 0) return;
      this.#wires.splice(index, 1);
      this.#split(wire.a.net);
    };
  }

  #split(net: Net): void {
    const wires = this.#wires.filter(({ a }) => a.net === net);
    const pads = [...net.pads];
    for (const pad of pads) {
      pad.net = new Net(pad, net.level);
      pad.updateDirect();
    }
    // Levels settle only when all is joined again: no line may show a level that it never had.
    for (const { a, b } of wires) {
      if (a.net !== b.net) a.net.absorb(b.net.pads);
    }
    for (const each of new Set(pads.map((pad) => pad.net))) each.resolve();
  }
}
