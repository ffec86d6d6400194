/**
 * What a manifest grants on a board, read from the two files a second time: nothing here comes from the permission code,
 * so that what it gets wrong shows as a difference. Written from docs/manifest.md and docs/board.md.
 */

/** An entry of "permissions" or "deny", with the fields that some kind has. */
export interface Entry {
  readonly kind: string;
  readonly line?: string;
  readonly device?: string;
  readonly bus?: string;
  readonly port?: string | number;
  readonly window?: string;
  readonly sensor?: string;
  readonly channel?: string;
  readonly periodsNs?: TimeRange;
  readonly dutiesNs?: TimeRange;
  readonly actions?: readonly string[];
  readonly addresses?: readonly (number | { readonly first: number; readonly last: number })[];
  readonly registers?: readonly RegisterEntry[];
  readonly maxTransactionBytes?: number;
  readonly maxClockHz?: number;
  readonly modes?: readonly number[];
  readonly channels?: readonly string[];
  readonly maximumRateHz?: number;
  readonly topics?: readonly string[];
  readonly protocol?: string;
  readonly host?: string;
  readonly minimumIntervalMs?: number;
  readonly maxBytesPerSecond?: number;
}

interface TimeRange {
  readonly first: number;
  readonly last?: number;
}

interface RegisterEntry {
  readonly first?: number;
  readonly offset?: number;
  readonly last?: number;
  readonly actions?: readonly string[];
  readonly writeMask?: number;
}

export interface ManifestFile {
  readonly kanchi: 1;
  readonly name: string;
  readonly version: string;
  readonly permissions: readonly Entry[];
  readonly deny?: readonly Entry[];
}

export interface I2cDevice {
  readonly bus: number;
  readonly address: number;
  readonly registerAddressing?: { readonly addressBytes: 1 | 2; readonly write: 'increment' | 'pairs' };
}

interface MmioWindowFile {
  readonly device: string;
  readonly base?: number;
  readonly byteLength: number;
  readonly registers: Readonly<Record<string, { readonly offset: number; readonly writeOneOnly?: boolean }>>;
}

/** The parts of a board file that grants are about; all numbers are numbers here. */
export interface BoardFile {
  readonly lines: Readonly<Record<string, { readonly line: number; readonly direction?: string }>>;
  readonly i2c: {
    readonly buses: Readonly<Record<string, { readonly bus: number }>>;
    readonly devices: Readonly<Record<string, I2cDevice>>;
  };
  readonly spi: {
    readonly devices: Readonly<
      Record<
        string,
        { readonly bus: number; readonly chipSelect: number; readonly clockHz: number; readonly mode: number }
      >
    >;
  };
  readonly uart: { readonly ports: Readonly<Record<string, { readonly port: string }>> };
  readonly mmio: { readonly windows: Readonly<Record<string, MmioWindowFile>> };
  readonly pwm: {
    readonly channels: Readonly<
      Record<string, { readonly channel: number; readonly periodNs: number; readonly safeDutyNs?: number }>
    >;
  };
}

export type Direction = 'read' | 'write';

export class Granted {
  readonly board: BoardFile;
  readonly #permissions: readonly Entry[];
  readonly #denied: readonly Entry[];
  readonly #some = new Map<string, boolean>();

  constructor(manifest: ManifestFile, board: BoardFile) {
    this.board = board;
    this.#permissions = manifest.permissions;
    this.#denied = manifest.deny ?? [];
  }

  /** gpio, uart, clock: an action on a target, by the field that names it. */
  allows(kind: string, target: 'line' | 'port' | undefined, label: string, action: string): boolean {
    const names = (entry: Entry): boolean =>
      entry.kind === kind &&
      (target === undefined || entry[target] === label) &&
      (entry.actions ?? [action]).includes(action);
    return this.#permissions.some(names) && !this.#denied.some(names);
  }

  /** Shortest interval of a timer, milliseconds. */
  get shortestTimerMs(): number {
    const entries = this.#permissions.filter(
      ({ kind, actions }) => kind === 'clock' && actions?.includes('timer'),
    );
    return Math.min(...entries.map(({ minimumIntervalMs }) => minimumIntervalMs ?? 1));
  }

  /** Bytes of log and output in a second; 0 when there is no permission. */
  get logBytesPerSecond(): number {
    if (this.#denied.some(({ kind }) => kind === 'log')) return 0;
    const entries = this.#permissions.filter(({ kind }) => kind === 'log');
    return Math.max(0, ...entries.map(({ maxBytesPerSecond }) => maxBytesPerSecond ?? 65_536));
  }

  /** Most bytes of a transaction with this chip select; undefined when it may not be used. */
  spiBytes(source: string): number | undefined {
    const found = Object.entries(this.board.spi.devices).find(
      ([, { bus, chipSelect }]) => `spi${bus}.${chipSelect}` === source,
    );
    if (found === undefined) return undefined;
    const [label, { clockHz, mode }] = found;
    if (this.#denied.some(({ kind, device }) => kind === 'spi' && device === label)) return undefined;
    const counting = this.#permissions.filter(
      ({ kind, device, maxClockHz = 1_000_000, modes = [0] }) =>
        kind === 'spi' && device === label && clockHz <= maxClockHz && modes.includes(mode),
    );
    return counting.length === 0
      ? undefined
      : Math.max(...counting.map(({ maxTransactionBytes }) => maxTransactionBytes ?? 4096));
  }

  /** Whether any permission names the label of an I2C bus or device, so that it may be opened. */
  opensI2c(label: string): boolean {
    return this.#permissions.some(({ kind, device, bus }) => kind === 'i2c' && (device ?? bus) === label);
  }

  /** Most bytes of one transaction of a bus or device label. */
  i2cBytes(label: string): number {
    const entries = this.#permissions.filter(
      ({ kind, device, bus }) => kind === 'i2c' && (device ?? bus) === label,
    );
    return Math.max(0, ...entries.map(({ maxTransactionBytes }) => maxTransactionBytes ?? 256));
  }

  /** Whether bytes may go that way between a bus label and an address. */
  busAllows(busLabel: string, address: number, direction: Direction): boolean {
    const bus = this.board.i2c.buses[busLabel]?.bus;
    const named = (entry: Entry): boolean =>
      (entry.addresses ?? [{ first: 0x08, last: 0x77 }]).some((range) =>
        typeof range === 'number' ? range === address : range.first <= address && address <= range.last,
      );
    const granted = this.#permissions.some(
      (entry) =>
        entry.kind === 'i2c' &&
        entry.bus === busLabel &&
        named(entry) &&
        entry.actions?.includes(direction) === true,
    );
    // A bus knows no registers: what is denied of a device in a direction takes the direction.
    const denied = this.#denied.some((entry) => {
      if (entry.kind !== 'i2c' || !mentions(entry, direction)) return false;
      if (entry.bus !== undefined) return this.board.i2c.buses[entry.bus]?.bus === bus && named(entry);
      const device = this.board.i2c.devices[entry.device ?? ''];
      return device?.bus === bus && device?.address === address;
    });
    return granted && !denied;
  }

  /** Whether a register of a device may be used that way; `undefined` stands for bytes that belong to no certain register. */
  deviceAllows(label: string, register: number | undefined, direction: Direction): boolean {
    const device = this.board.i2c.devices[label];
    if (device === undefined) return false;
    const covers = (entry: Entry): boolean => coversRegister(entry, register, direction);
    const granted = this.#permissions.some(
      (entry) => entry.kind === 'i2c' && entry.device === label && covers(entry),
    );
    const denied = this.#denied.some((entry) => {
      if (entry.kind !== 'i2c') return false;
      if (entry.device !== undefined) {
        // Where a register is denied, bytes of an uncertain one may be its own.
        return (
          entry.device === label && (register === undefined ? mentions(entry, direction) : covers(entry))
        );
      }
      const sameBus = this.board.i2c.buses[entry.bus ?? '']?.bus === device.bus;
      const named = (entry.addresses ?? [{ first: 0x08, last: 0x77 }]).some((range) =>
        typeof range === 'number'
          ? range === device.address
          : range.first <= device.address && device.address <= range.last,
      );
      return sameBus && named && mentions(entry, direction);
    });
    return granted && !denied;
  }

  /** Whether anything at all is left of a device. */
  deviceAllowsSome(label: string): boolean {
    const known = this.#some.get(label);
    if (known !== undefined) return known;
    const last = this.board.i2c.devices[label]?.registerAddressing?.addressBytes === 2 ? 0xffff : 0xff;
    const registers = Array.from({ length: last + 2 }, (_, index) => (index > last ? undefined : index));
    const some = registers.some(
      (register) => this.deviceAllows(label, register, 'read') || this.deviceAllows(label, register, 'write'),
    );
    this.#some.set(label, some);
    return some;
  }

  opensWindow(label: string): boolean {
    return this.#permissions.some(({ kind, window }) => kind === 'mmio' && window === label);
  }

  /** Bits of a 32-bit register of a window that may be affected, and whether it may be read. */
  mmioRegister(label: string, offset: number): { readonly read: boolean; readonly writeMask: number } {
    const at = (entries: readonly Entry[]): { read: boolean; writeMask: number } => {
      const found = { read: false, writeMask: 0 };
      for (const entry of entries) {
        if (entry.kind !== 'mmio' || entry.window !== label) continue;
        for (const range of entry.registers ?? [{ offset: 0, last: 0xff_fffc }]) {
          const first = range.offset ?? 0;
          if (offset < first || offset > (range.last ?? first)) continue;
          const actions = range.actions ?? ['read', 'write'];
          if (actions.includes('read')) found.read = true;
          if (actions.includes('write')) found.writeMask |= range.writeMask ?? -1;
        }
      }
      return found;
    };
    const granted = at(this.#permissions);
    const denied = at(this.#denied);
    return { read: granted.read && !denied.read, writeMask: granted.writeMask & ~denied.writeMask };
  }

  /** Whether a channel may run with that period, and that duty when one is given. */
  pwmAllows(label: string, periodNs: number, dutyNs?: number): boolean {
    const within = (value: number, range: TimeRange): boolean =>
      range.first <= value && value <= (range.last ?? range.first);
    if (this.#denied.some(({ kind, channel }) => kind === 'pwm' && channel === label)) return false;
    const boardPeriodNs = this.board.pwm.channels[label]?.periodNs ?? 0;
    return this.#permissions.some(
      ({ kind, channel, periodsNs = { first: boardPeriodNs }, dutiesNs }) =>
        kind === 'pwm' &&
        channel === label &&
        within(periodNs, periodsNs) &&
        (dutyNs === undefined || dutiesNs === undefined || within(dutyNs, dutiesNs)),
    );
  }

  sensorAllows(label: string, channels: readonly string[], intervalNs: bigint): boolean {
    if (this.#denied.some(({ kind, sensor }) => kind === 'sensor' && sensor === label)) return false;
    return channels.every((channel) =>
      this.#permissions.some(
        (entry) =>
          entry.kind === 'sensor' &&
          entry.sensor === label &&
          (entry.channels ?? [channel]).includes(channel) &&
          // A nanosecond for the rounding of the rate to an interval.
          Number(intervalNs) + 1 >= 1e9 / (entry.maximumRateHz ?? 10),
      ),
    );
  }

  messageAllows(action: string, url: string): boolean {
    const plain = (topic: string): string => topic.replace(/^\//u, '');
    const names = (entry: Entry): boolean =>
      entry.kind === 'message' &&
      (entry.actions ?? [action]).includes(action) &&
      (entry.topics ?? []).some((topic) =>
        topic.endsWith('*') ? plain(url).startsWith(plain(topic).slice(0, -1)) : plain(topic) === plain(url),
      );
    return this.#permissions.some(names) && !this.#denied.some(names);
  }

  /** `target` is protocol, host and port with spaces between them. */
  connectionAllows(target: string): boolean {
    const names = (entry: Entry): boolean =>
      entry.kind === 'connection' && `${entry.protocol} ${entry.host} ${entry.port}` === target;
    return this.#permissions.some(names) && !this.#denied.some(names);
  }
}

/** Whether an entry says something about a direction: about all of it or about some registers. */
function mentions(entry: Entry, direction: Direction): boolean {
  const actions = entry.actions ?? ['read', 'write'];
  return entry.registers === undefined
    ? actions.includes(direction)
    : entry.registers.some((range) => (range.actions ?? actions).includes(direction));
}

function coversRegister(entry: Entry, register: number | undefined, direction: Direction): boolean {
  const actions = entry.actions ?? ['read', 'write'];
  if (entry.registers === undefined) return actions.includes(direction);
  return (
    register !== undefined &&
    entry.registers.some(({ first = 0, last = first, actions: own = actions }) => {
      return first <= register && register <= last && own.includes(direction);
    })
  );
}
