import type { Manifest } from '../app/manifest.ts';
import { printable } from '../printable.ts';
import { buildGrants } from './build-grants.ts';
import { i2cGains, mmioGains, spiGains } from './diff-device-grants.ts';
import { pwmGains } from './diff-pwm-grants.ts';
import { connectionGains, messageGains, sensorGains } from './diff-service-grants.ts';
import type { ClockGrant, PermissionKind } from './grant.ts';
import { labelBoard } from './label-board.ts';
import type { Gains, PermissionDifference, PermissionGain, PermissionSide } from './permission-difference.ts';

/** A kind that is missing here does not compile. */
const gainsOfKind: Readonly<Record<PermissionKind, Gains>> = {
  gpio: (before, after) =>
    byLabel(after.grants.gpio, (label, grant) => {
      const had = before.grants.gpio.get(label);
      return rights({
        [`read line "${label}"`]: [had?.read, grant.read],
        [`drive line "${label}"`]: [had?.write, grant.write],
        [`watch line "${label}" for edges`]: [had?.watch, grant.watch],
      });
    }),
  i2c: i2cGains,
  spi: spiGains,
  uart: (before, after) =>
    byLabel(after.grants.uart, (label, grant) => {
      const had = before.grants.uart.get(label);
      return rights({
        [`read from serial port "${label}"`]: [had?.read, grant.read],
        [`write to serial port "${label}"`]: [had?.write, grant.write],
      });
    }),
  mmio: mmioGains,
  pwm: pwmGains,
  sensor: sensorGains,
  message: messageGains,
  connection: connectionGains,
  clock: (before, after) => clockGains(before.grants.clock, after.grants.clock),
  log: (before, after) => {
    const had = before.grants.log?.maxBytesPerSecond ?? 0;
    const has = after.grants.log?.maxBytesPerSecond ?? 0;
    return has > had
      ? [
          {
            target: 'log',
            what: `print up to ${has} bytes a second`,
            otherwise: had === 0 ? undefined : String(had),
          },
        ]
      : [];
  },
};

const kinds = Object.keys(gainsOfKind) as PermissionKind[];

/**
 * Compares what two manifests may do, not how they say it: entries that add up to the same are no difference, and deny
 * entries are taken out. Without a board nobody knows which device is on which bus, so a deny entry of the one that would
 * also hold for the other counts as gained when it is left out, and as lost when it is new.
 *
 * Gains first, then losses; each by kind and in the order of the manifest. Throws RuntimeError KANCHI_MANIFEST_INVALID
 * for a manifest that no board could run. Touches nothing.
 */
export function diffPermissions(oldManifest: Manifest, newManifest: Manifest): PermissionDifference[] {
  const board = labelBoard([oldManifest, newManifest]);
  const sideOf = (manifest: Manifest): PermissionSide => ({ manifest, grants: buildGrants(manifest, board) });
  const before = sideOf(oldManifest);
  const after = sideOf(newManifest);
  const tell = (change: PermissionDifference['change'], from: PermissionSide, to: PermissionSide) =>
    kinds.flatMap((kind) =>
      gainsOfKind[kind](from, to).map(
        ({ target, what, otherwise }): PermissionDifference => ({
          change,
          kind,
          target,
          what: printable(what),
          otherwise,
        }),
      ),
    );
  return [...tell('gained', before, after), ...tell('lost', after, before)];
}

/** Most differences that a text lists; it says how many more there are. */
export const MAX_TOLD_DIFFERENCES = 200;

/** The differences for people: one a line, under a heading for each direction. Ends with a line end. */
export function permissionDifferencesText(differences: readonly PermissionDifference[]): string {
  if (differences.length === 0) {
    return 'no difference: both may do the same\n';
  }
  const told = differences.slice(0, MAX_TOLD_DIFFERENCES);
  const part = (change: PermissionDifference['change'], heading: string, sign: string, other: string) => {
    const lines = told
      .filter((difference) => difference.change === change)
      .map(
        ({ what, otherwise }) =>
          `  ${sign} ${what}${otherwise === undefined ? '' : ` (${other} ${otherwise})`}\n`,
      );
    return lines.length === 0 ? '' : `${heading}\n${lines.join('')}`;
  };
  const left = differences.length - told.length;
  return (
    part('gained', 'the new one may, the old one may not:', '+', 'before:') +
    part('lost', 'the old one may, the new one may not:', '-', 'now:') +
    (left === 0 ? '' : `and ${left} more\n`)
  );
}

function clockGains(had: ClockGrant | undefined, has: ClockGrant | undefined): PermissionGain[] {
  if (has === undefined) {
    return [];
  }
  const ms = (grant: ClockGrant): string => `${Number(grant.minimumIntervalNs) / 1e6} ms`;
  const faster =
    has.timer && has.minimumIntervalNs < (had?.timer === true ? had.minimumIntervalNs : 2n ** 63n);
  return [
    ...rights({
      'read the monotonic clock': [had?.monotonic, has.monotonic],
      'read the time of day': [had?.wall, has.wall],
      'wait for a time': [had?.sleep, has.sleep],
    }).map((what) => ({ target: 'clock', what, otherwise: undefined })),
    ...(faster
      ? [
          {
            target: 'clock',
            what: `run timers as short as ${ms(has)}`,
            otherwise: had?.timer === true ? ms(had) : undefined,
          },
        ]
      : []),
  ];
}

/** The rights that the second has and the first does not. */
function rights(pairs: Readonly<Record<string, readonly [boolean | undefined, boolean]>>): string[] {
  return Object.entries(pairs)
    .filter(([, [had, has]]) => has && had !== true)
    .map(([what]) => what);
}

function byLabel<Grant>(
  grants: ReadonlyMap<string, Grant>,
  gains: (label: string, grant: Grant) => string[],
): PermissionGain[] {
  return [...grants].flatMap(([label, grant]) =>
    gains(label, grant).map((what) => ({ target: label, what, otherwise: undefined })),
  );
}
