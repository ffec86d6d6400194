import type { Board, BoardSpiDevice } from '../app/board.ts';
import type { Manifest } from '../app/manifest.ts';
import { RuntimeError } from '../error.ts';
import { grantsOfEntries, missingLabel, missingLabels } from './build-grants.ts';
import type { PermissionEntry } from './entry-schema.ts';
import { explainPermission } from './explain-permission.ts';
import { DEFAULT_SENSOR_RATE_HZ, DEFAULT_SPI_CLOCK_HZ } from './limits.ts';
import { hex, lastRegister } from './register-walk.ts';

type SpiEntry = Extract<PermissionEntry, { readonly kind: 'spi' }>;

/**
 * - `problem`: the app cannot run, or the entry has no effect.
 * - `danger`: the entry reaches further than most.
 * - `note`: the entry says more than the board gives.
 */
export interface PermissionFinding {
  readonly severity: 'problem' | 'danger' | 'note';
  /** Field of the manifest, e.g. `permissions[3]`. */
  readonly place: string;
  /** One sentence on one line. */
  readonly text: string;
}

/** Whether the entries of a manifest fit a board, and which of them reach far. In the order of the manifest; throws nothing. */
export function checkPermissions(manifest: Manifest, board: Board): PermissionFinding[] {
  const findings: PermissionFinding[] = missingLabels(manifest, board).map(({ place, text }) => ({
    severity: 'problem',
    place,
    text: `it ${text}`,
  }));
  for (const [index, entry] of manifest.permissions.entries()) {
    const place = `permissions[${index}]`;
    if (missingLabel(entry, board) === undefined) {
      findings.push(...misfits(entry, manifest, board).map((each) => ({ ...each, place })));
    }
    const { danger } = explainPermission(entry);
    if (danger !== undefined) findings.push({ severity: 'danger', place, text: danger });
  }
  return findings;
}

type Misfit = Omit<PermissionFinding, 'place'>;

/** What is wrong with an entry whose label the board has. */
function misfits(entry: PermissionEntry, manifest: Manifest, board: Board): Misfit[] {
  try {
    grantsOfEntries({ permissions: [entry], deny: [] }, board, {
      code: 'KANCHI_MANIFEST_INVALID',
      subject: `app "${manifest.name}"`,
    });
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return [{ severity: 'problem', text: error.message }];
  }
  switch (entry.kind) {
    case 'i2c':
      return registersBeyond(entry, board);
    case 'spi':
      return notWideEnough(entry, manifest, board);
    case 'sensor':
      return tooFast(entry, board);
    case 'gpio':
    case 'uart':
    case 'mmio':
    case 'pwm':
    case 'message':
    case 'connection':
    case 'clock':
    case 'log':
      return [];
  }
}

function registersBeyond(entry: Extract<PermissionEntry, { readonly kind: 'i2c' }>, board: Board): Misfit[] {
  const addressing = board.i2cDevices.get(entry.device ?? '')?.registerAddressing;
  const last = lastRegister(addressing?.addressBytes ?? 2);
  return (entry.registers ?? [])
    .filter((range) => (range.last ?? range.first) > last)
    .map((range) => ({
      severity: 'problem',
      text: `it names register ${hex(range.last ?? range.first)}, and the last of "${entry.device}" is ${hex(last)} ("registerAddressing" in ${board.source})`,
    }));
}

function notWideEnough(entry: SpiEntry, { permissions }: Manifest, board: Board): Misfit[] {
  const wiring = board.spiDevices.get(entry.device);
  if (wiring === undefined || isWideEnough(entry, wiring)) {
    return [];
  }
  const { clockHz, mode } = wiring;
  const isCovered = permissions.some(
    (other) => other.kind === 'spi' && other.device === entry.device && isWideEnough(other, wiring),
  );
  return [
    {
      // An entry for another board does no harm beside one for this.
      severity: isCovered ? 'note' : 'problem',
      text:
        `it has no effect: ${board.source} runs "${entry.device}" at ${clockHz} Hz in mode ${mode}, and the entry ` +
        `allows ${entry.maxClockHz ?? DEFAULT_SPI_CLOCK_HZ} Hz in mode ${(entry.modes ?? [0]).join(', ')}`,
    },
  ];
}

function isWideEnough(entry: SpiEntry, { clockHz, mode }: BoardSpiDevice): boolean {
  return clockHz <= (entry.maxClockHz ?? DEFAULT_SPI_CLOCK_HZ) && (entry.modes ?? [0]).includes(mode);
}

function tooFast(entry: Extract<PermissionEntry, { readonly kind: 'sensor' }>, board: Board): Misfit[] {
  const most = board.sensors.get(entry.sensor)?.maximumRateHz;
  const asked = entry.maximumRateHz ?? DEFAULT_SENSOR_RATE_HZ;
  return most === undefined || asked <= most
    ? []
    : [
        {
          severity: 'note',
          text: `it allows ${asked} Hz, and ${board.source} gives ${most} Hz of "${entry.sensor}" at most`,
        },
      ];
}
