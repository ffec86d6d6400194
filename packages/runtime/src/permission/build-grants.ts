import { millisecondsToNs } from '@kanchi/hal';
import type { Board } from '../app/board.ts';
import type { Manifest } from '../app/manifest.ts';
import { nearestName } from '../app/nearest-name.ts';
import { RuntimeError } from '../error.ts';
import { buildI2cGrant, concernsI2c } from './build-i2c-grant.ts';
import { buildMmioGrant } from './build-mmio-grant.ts';
import { buildPwmGrant } from './build-pwm-grant.ts';
import { buildConnectionGrant, buildMessageGrant, buildSensorGrant } from './build-service-grants.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { EntrySource } from './entry-source.ts';
import type {
  ClockGrant,
  GpioGrant,
  Grants,
  I2cGrant,
  LogGrant,
  MmioGrant,
  PwmGrant,
  SpiGrant,
  UartGrant,
} from './grant.ts';
import {
  DEFAULT_LOG_BYTES_PER_SECOND,
  DEFAULT_MINIMUM_INTERVAL_MS,
  DEFAULT_SPI_BYTES,
  DEFAULT_SPI_CLOCK_HZ,
} from './limits.ts';
import { Revocation } from './revocation.ts';
import { spiPermitsOpen } from './spi.ts';

type EntryOf<Kind extends PermissionEntry['kind']> = Extract<PermissionEntry, { readonly kind: Kind }>;
type DenyOf<Kind extends PermissionEntry['kind']> = Extract<DenyEntry, { readonly kind: Kind }>;

/**
 * Reads the permissions once into grants. Entries for one target add up; deny entries are taken out afterwards, so a
 * deny always wins.
 *
 * Throws RuntimeError KANCHI_LABEL_MISSING when an entry names a label that the board lacks, KANCHI_MANIFEST_INVALID when
 * it asks for registers of a device whose addressing the board does not tell.
 */
export function buildGrants(manifest: Manifest, board: Board): Grants {
  checkLabels(manifest, board);
  return grantsOfEntries(manifest, board, {
    code: 'KANCHI_MANIFEST_INVALID',
    subject: `app "${manifest.name}"`,
  });
}

/** Entries as they stand in a file. */
export interface PermissionEntries {
  readonly permissions: readonly PermissionEntry[];
  readonly deny: readonly DenyEntry[];
}

/** The same for entries of any file, whose labels the board has. Throws RuntimeError with the code of the source. */
export function grantsOfEntries(
  { permissions, deny }: PermissionEntries,
  board: Board,
  source: EntrySource,
): Grants {
  return {
    gpio: byLabel(permissions, deny, 'gpio', (entry) => entry.line, buildGpioGrant),
    i2c: byLabel(
      permissions,
      deny,
      'i2c',
      (entry) => entry.device ?? entry.bus ?? '',
      (label, entries): I2cGrant => buildI2cGrant(label, entries, ofKind(deny, 'i2c'), board, source),
    ),
    spi: byLabel(
      permissions,
      deny,
      'spi',
      (entry) => entry.device,
      (label, entries, denies): SpiGrant | undefined => buildSpiGrant(label, entries, denies, board),
    ),
    uart: byLabel(permissions, deny, 'uart', (entry) => entry.port, buildUartGrant),
    mmio: byLabel(
      permissions,
      deny,
      'mmio',
      (entry) => entry.window,
      (label, entries, denies): MmioGrant => buildMmioGrant(label, entries, denies, board, source),
    ),
    pwm: byLabel(
      permissions,
      deny,
      'pwm',
      (entry) => entry.channel,
      (label, entries, denies): PwmGrant | undefined => buildPwmGrant(label, entries, denies, board),
    ),
    sensor: byLabel(permissions, deny, 'sensor', (entry) => entry.sensor, buildSensorGrant),
    message: buildMessageGrant(ofKind(permissions, 'message'), ofKind(deny, 'message')),
    connection: buildConnectionGrant(ofKind(permissions, 'connection'), ofKind(deny, 'connection')),
    clock: buildClockGrant(ofKind(permissions, 'clock'), ofKind(deny, 'clock')),
    log: buildLogGrant(ofKind(permissions, 'log'), ofKind(deny, 'log')),
    denied: new Set(deny.flatMap((entry) => narrowedBy(entry, board))),
  };
}

/** The targets that a deny entry takes something from and whose grants do not know it. */
function narrowedBy(entry: DenyEntry, board: Board): string[] {
  return entry.kind === 'message' || entry.kind === 'connection' ? [] : targetsOf(entry, board);
}

/** `kind:label` of the targets that a deny entry takes something from: on I2C, a device is also reached by its bus. */
export function targetsOf(entry: DenyEntry, board: Board): string[] {
  if (entry.kind !== 'i2c') {
    return [`${entry.kind}:${labelOf(entry)}`];
  }
  return [...board.i2cDevices.keys(), ...board.i2cBuses.keys()]
    .filter((label) => concernsI2c(entry, label, board))
    .map((label) => `i2c:${label}`);
}

/** Label of an entry's target; the kind's name for clock and log. */
function labelOf(entry: PermissionEntry | DenyEntry): string {
  switch (entry.kind) {
    case 'gpio':
      return entry.line;
    case 'i2c':
      return entry.device ?? entry.bus ?? '';
    case 'spi':
      return entry.device;
    case 'uart':
      return entry.port;
    case 'mmio':
      return entry.window;
    case 'pwm':
      return entry.channel;
    case 'sensor':
      return entry.sensor;
    case 'message':
    case 'connection':
    case 'clock':
    case 'log':
      return entry.kind;
  }
}

function ofKind<Entry extends { readonly kind: string }, Kind extends Entry['kind']>(
  entries: readonly Entry[],
  kind: Kind,
): Extract<Entry, { readonly kind: Kind }>[] {
  return entries.filter((entry): entry is Extract<Entry, { readonly kind: Kind }> => entry.kind === kind);
}

function byLabel<Kind extends 'gpio' | 'i2c' | 'spi' | 'uart' | 'mmio' | 'pwm' | 'sensor', Built>(
  permissions: readonly PermissionEntry[],
  deny: readonly DenyEntry[],
  kind: Kind,
  label: (entry: EntryOf<Kind> | DenyOf<Kind>) => string,
  build: (label: string, entries: EntryOf<Kind>[], denies: DenyOf<Kind>[]) => Built | undefined,
): ReadonlyMap<string, Built> {
  const entries = permissions.filter((entry): entry is EntryOf<Kind> => entry.kind === kind);
  const denies = deny.filter((entry): entry is DenyOf<Kind> => entry.kind === kind);
  const built = new Map<string, Built>();
  for (const name of new Set(entries.map(label))) {
    const grant = build(
      name,
      entries.filter((entry) => label(entry) === name),
      denies.filter((entry) => label(entry) === name),
    );
    if (grant !== undefined) {
      built.set(name, grant);
    }
  }
  return built;
}

/** Actions that are granted and not denied. A deny without actions denies all. */
function remaining<Action extends string>(
  entries: readonly { readonly actions: readonly Action[] }[],
  denies: readonly { readonly actions?: readonly Action[] | undefined }[],
): ReadonlySet<Action> {
  return new Set(
    entries
      .flatMap((entry) => entry.actions)
      .filter((action) => !denies.some((deny) => deny.actions?.includes(action) ?? true)),
  );
}

function buildGpioGrant(label: string, entries: EntryOf<'gpio'>[], denies: DenyOf<'gpio'>[]): GpioGrant {
  const actions = remaining(entries, denies);
  return {
    kind: 'gpio',
    label,
    revocation: new Revocation(),
    read: actions.has('read'),
    write: actions.has('write'),
    watch: actions.has('watch'),
  };
}

function buildUartGrant(label: string, entries: EntryOf<'uart'>[], denies: DenyOf<'uart'>[]): UartGrant {
  const actions = remaining(entries, denies);
  return {
    kind: 'uart',
    label,
    revocation: new Revocation(),
    read: actions.has('read'),
    write: actions.has('write'),
  };
}

/**
 * The board fixes clock and mode of a chip select, so the entries that cover both are the ones that count and only
 * those add up. Where none does, the first one is kept: opening is refused by it, with its values in the text.
 */
function buildSpiGrant(
  label: string,
  entries: EntryOf<'spi'>[],
  denies: DenyOf<'spi'>[],
  board: Board,
): SpiGrant | undefined {
  if (denies.length > 0) {
    return undefined;
  }
  const wiring = board.spiDevices.get(label);
  const grants = entries.map(
    (entry): SpiGrant => ({
      kind: 'spi',
      label,
      revocation: new Revocation(),
      maxClockHz: entry.maxClockHz ?? DEFAULT_SPI_CLOCK_HZ,
      modes: entry.modes ?? [0],
      maxTransactionBytes: entry.maxTransactionBytes ?? DEFAULT_SPI_BYTES,
    }),
  );
  const covering = grants.filter(
    (grant) => wiring !== undefined && spiPermitsOpen(grant, wiring.clockHz, wiring.mode),
  );
  return covering.length === 0
    ? grants[0]
    : {
        kind: 'spi',
        label,
        revocation: new Revocation(),
        maxClockHz: Math.max(...covering.map((grant) => grant.maxClockHz)),
        modes: [...new Set(covering.flatMap((grant) => grant.modes))],
        maxTransactionBytes: Math.max(...covering.map((grant) => grant.maxTransactionBytes)),
      };
}

function buildClockGrant(entries: EntryOf<'clock'>[], denies: DenyOf<'clock'>[]): ClockGrant | undefined {
  if (entries.length === 0) {
    return undefined;
  }
  const actions = remaining(entries, denies);
  // Only an entry that grants timers says how often they may fire.
  const intervalsMs = entries
    .filter((entry) => entry.actions.includes('timer'))
    .map((entry) => entry.minimumIntervalMs ?? DEFAULT_MINIMUM_INTERVAL_MS);
  const minimumMs = intervalsMs.length === 0 ? DEFAULT_MINIMUM_INTERVAL_MS : Math.min(...intervalsMs);
  return {
    kind: 'clock',
    label: 'clock',
    revocation: new Revocation(),
    monotonic: actions.has('monotonic'),
    wall: actions.has('wall'),
    sleep: actions.has('sleep'),
    timer: actions.has('timer'),
    minimumIntervalNs: millisecondsToNs(minimumMs),
  };
}

function buildLogGrant(entries: EntryOf<'log'>[], denies: DenyOf<'log'>[]): LogGrant | undefined {
  if (entries.length === 0 || denies.length > 0) {
    return undefined;
  }
  return {
    kind: 'log',
    label: 'log',
    revocation: new Revocation(),
    maxBytesPerSecond: Math.max(
      ...entries.map((entry) => entry.maxBytesPerSecond ?? DEFAULT_LOG_BYTES_PER_SECOND),
    ),
  };
}

function checkLabels(manifest: Manifest, board: Board): void {
  const [missing] = missingLabels(manifest, board);
  if (missing !== undefined) {
    const { place, text } = missing;
    throw new RuntimeError('KANCHI_LABEL_MISSING', `app "${manifest.name}": ${place} ${text}`);
  }
}

/** What is wrong with labels of a manifest, with the fields that they stand in, e.g. `permissions[3]`. */
export function missingLabels(manifest: Manifest, board: Board): { place: string; text: string }[] {
  return (['permissions', 'deny'] as const).flatMap((list) =>
    manifest[list].flatMap((entry, index) => {
      const text = missingLabel(entry, board);
      return text === undefined ? [] : [{ place: `${list}[${index}]`, text }];
    }),
  );
}

/** What is wrong with the label of an entry, or undefined when the board has it. */
export function missingLabel(entry: PermissionEntry | DenyEntry, board: Board): string | undefined {
  const { section, known } = knownLabels(entry, board);
  const label = labelOf(entry);
  if (known === undefined || known.has(label)) {
    return undefined;
  }
  const nearest = nearestName(label, known.keys());
  const have = [...known.keys()].map((name) => `"${name}"`).join(', ');
  return (
    `names "${label}", which ${board.source} does not have under "${section}"; ` +
    (nearest === undefined ? '' : `did you mean "${nearest}"? `) +
    (have === '' ? 'it has none: add it there' : `it has ${have}`)
  );
}

function knownLabels(
  entry: PermissionEntry | DenyEntry,
  board: Board,
): { section: string; known: ReadonlyMap<string, unknown> | undefined } {
  switch (entry.kind) {
    case 'gpio':
      return { section: 'lines', known: board.lines };
    case 'i2c':
      return entry.bus === undefined
        ? { section: 'i2c.devices', known: board.i2cDevices }
        : { section: 'i2c.buses', known: board.i2cBuses };
    case 'spi':
      return { section: 'spi.devices', known: board.spiDevices };
    case 'uart':
      return { section: 'uart.ports', known: board.uartPorts };
    case 'mmio':
      return { section: 'mmio.windows', known: board.mmioWindows };
    case 'pwm':
      return { section: 'pwm.channels', known: board.pwmChannels };
    case 'sensor':
      return { section: 'sensors', known: board.sensors };
    case 'message':
    case 'connection':
    case 'clock':
    case 'log':
      return { section: entry.kind, known: undefined };
  }
}
