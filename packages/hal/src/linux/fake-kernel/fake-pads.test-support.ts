export type FakeLevel = 0 | 1;

interface Pad {
  /** Level that the chip's output stage drives. */
  driven: FakeLevel | undefined;
  pull: FakeLevel | undefined;
  /** Level that the world drives. */
  world: FakeLevel | undefined;
}

/** Pads of one chip and the wires between them. A wire that nobody drives or pulls keeps its level. */
export class FakePads {
  /** Levels in the order in which they came: the trace that a logic analyser would show. */
  readonly trace: { readonly offset: number; readonly level: FakeLevel }[] = [];
  readonly #pads: Pad[];
  /** Net of each pad. */
  readonly #nets: number[];
  readonly #levels: FakeLevel[];
  readonly #listeners = new Set<(offset: number, level: FakeLevel) => void>();

  constructor(count: number) {
    this.#pads = Array.from({ length: count }, () => ({
      driven: undefined,
      pull: undefined,
      world: undefined,
    }));
    this.#nets = this.#pads.map((_, index) => index);
    this.#levels = this.#pads.map(() => 0);
  }

  wire(one: number, other: number): void {
    const from = this.#nets[one];
    const to = this.#nets[other] as number;
    this.#nets.forEach((net, index) => {
      if (net === from) this.#nets[index] = to;
    });
    this.#settle(other);
  }

  level(offset: number): FakeLevel {
    return this.#levels[this.#nets[offset] as number] as FakeLevel;
  }

  /** The world's side: a button, another chip. Undefined lets go. */
  drive(offset: number, level: FakeLevel | undefined): void {
    (this.#pads[offset] as Pad).world = level;
    this.#settle(offset);
  }

  /** The chip's side. */
  configure(offset: number, state: Partial<Pick<Pad, 'driven' | 'pull'>>): void {
    Object.assign(this.#pads[offset] as Pad, state);
    this.#settle(offset);
  }

  isDriven(offset: number): boolean {
    return this.#pads[offset]?.driven !== undefined;
  }

  listen(listener: (offset: number, level: FakeLevel) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #settle(changed: number): void {
    const net = this.#nets[changed] as number;
    const members = this.#pads.flatMap((pad, offset) =>
      this.#nets[offset] === net ? [{ pad, offset }] : [],
    );
    const drivers = members
      .flatMap(({ pad }) => [pad.driven, pad.world])
      .filter((level) => level !== undefined);
    const pulls = members.map(({ pad }) => pad.pull).filter((level) => level !== undefined);
    // Of two drivers the one to ground wins, of two pulls as well.
    const sources = drivers.length > 0 ? drivers : pulls;
    if (sources.length === 0) return;
    const level: FakeLevel = sources.includes(0) ? 0 : 1;
    if (this.#levels[net] === level) return;
    this.#levels[net] = level;
    for (const { offset } of members) {
      this.trace.push({ offset, level });
      for (const listener of this.#listeners) listener(offset, level);
    }
  }
}
