import type { SpiMode } from '@kanchi/hal';
import type { AccessObserver, AccessOf } from './access.ts';
import { type ClockAction, clockPermits } from './clock.ts';
import type { PermissionInput } from './entry-schema.ts';
import { type GpioAction, gpioPermits, gpioPermitsOpen } from './gpio.ts';
import type {
  ClockGrant,
  GpioGrant,
  Grants,
  LogGrant,
  PermissionKind,
  SpiGrant,
  UartGrant,
} from './grant.ts';
import type { KindLearner, LearningOptions } from './learn-permissions.ts';
import { MAX_LOG_BYTES_PER_SECOND, MAX_TIMER_INTERVAL_MS, MIN_TIMER_INTERVAL_MS } from './limits.ts';
import { spiPermits } from './spi.ts';
import { type UartAction, uartPermits, uartPermitsOpen } from './uart.ts';

const NS_PER_MS = 1e6;

/** An observer of one kind: what belongs to another is a mistake of the check, and refused. */
export function observerOf<Kind extends PermissionKind>(
  kind: Kind,
  observe: (access: AccessOf<Kind>) => boolean,
): AccessObserver {
  return (access) => access.kind === kind && observe(access as AccessOf<Kind>);
}

/** A learner for each label of the board. */
export function byLabel<Grant, Noted>(
  every: ReadonlyMap<string, Grant>,
  noted: (label: string) => Noted,
  learn: (grant: Grant, noted: Noted, label: string) => Grant,
  entriesOf: (label: string, noted: Noted, grant: Grant) => PermissionInput[],
): KindLearner<ReadonlyMap<string, Grant>> {
  const all = [...every].map(([label, grant]) => {
    const notes = noted(label);
    return { label, grant, notes, granted: learn(grant, notes, label) };
  });
  return {
    granted: new Map(all.map(({ label, granted }) => [label, granted])),
    entries: () => all.flatMap(({ label, notes, grant }) => entriesOf(label, notes, grant)),
  };
}

export function learnGpio({ every }: LearningOptions): KindLearner<Grants['gpio']> {
  return byLabel(
    every.gpio,
    () => new Set<GpioAction | 'open-input'>(),
    (grant, noted): GpioGrant => ({
      ...grant,
      read: false,
      write: false,
      watch: false,
      observer: observerOf('gpio', ({ action }) => {
        const permitted =
          action === 'open-input' ? gpioPermitsOpen(grant, 'input') : gpioPermits(grant, action);
        if (permitted) noted.add(action);
        return permitted;
      }),
    }),
    (line, noted, grant) => {
      const actions = (['read', 'write', 'watch'] as const).filter((action) => noted.has(action));
      // An input that was opened and neither read nor watched: one of both is needed.
      if (noted.has('open-input') && !noted.has('read') && !noted.has('watch')) {
        actions.unshift(grant.read ? 'read' : 'watch');
      }
      return actions.length === 0 ? [] : [{ kind: 'gpio', line, actions }];
    },
  );
}

export function learnUart({ every }: LearningOptions): KindLearner<Grants['uart']> {
  return byLabel(
    every.uart,
    () => new Set<UartAction | 'open'>(),
    (grant, noted): UartGrant => ({
      ...grant,
      read: false,
      write: false,
      observer: observerOf('uart', ({ action }) => {
        const permitted = action === 'open' ? uartPermitsOpen(grant) : uartPermits(grant, action);
        if (permitted) noted.add(action);
        return permitted;
      }),
    }),
    (port, noted, grant) => {
      const actions = (['read', 'write'] as const).filter((action) => noted.has(action));
      if (noted.size > 0 && actions.length === 0) actions.push(grant.read ? 'read' : 'write');
      return actions.length === 0 ? [] : [{ kind: 'uart', port, actions }];
    },
  );
}

export function learnSpi({ every }: LearningOptions): KindLearner<Grants['spi']> {
  return byLabel(
    every.spi,
    () => ({ opened: undefined as { clockHz: number; mode: SpiMode } | undefined, byteCount: 0 }),
    (grant, noted): SpiGrant => ({
      ...grant,
      modes: [],
      maxTransactionBytes: -1,
      observer: observerOf('spi', (access) => {
        if ('byteCount' in access) {
          const permitted = spiPermits(grant, access.byteCount);
          if (permitted) noted.byteCount = Math.max(noted.byteCount, access.byteCount);
          return permitted;
        }
        noted.opened = { clockHz: access.clockHz, mode: access.mode };
        return true;
      }),
    }),
    (device, { opened, byteCount }) =>
      opened === undefined
        ? []
        : [
            {
              kind: 'spi',
              device,
              maxClockHz: opened.clockHz,
              modes: [opened.mode],
              maxTransactionBytes: Math.max(1, byteCount),
            },
          ],
  );
}

export function learnClock({ every }: LearningOptions): KindLearner<ClockGrant | undefined> {
  const grant = every.clock;
  const actions = new Set<ClockAction>();
  let shortestNs: bigint | undefined;
  return {
    granted: grant && {
      ...grant,
      monotonic: false,
      wall: false,
      sleep: false,
      timer: false,
      minimumIntervalNs: BigInt(MAX_TIMER_INTERVAL_MS * NS_PER_MS) + 1n,
      observer: observerOf('clock', (access) => {
        if ('intervalNs' in access) {
          const { intervalNs } = access;
          if (shortestNs === undefined || intervalNs < shortestNs) shortestNs = intervalNs;
          return true;
        }
        const permitted = clockPermits(grant, access.action);
        if (permitted) actions.add(access.action);
        return permitted;
      }),
    },
    entries: () => {
      const named = (['monotonic', 'wall', 'sleep', 'timer'] as const).filter((action) =>
        actions.has(action),
      );
      // A timer that fires once has no interval that a permission limits.
      const interval =
        shortestNs === undefined
          ? {}
          : { minimumIntervalMs: Math.max(MIN_TIMER_INTERVAL_MS, Number(shortestNs) / NS_PER_MS) };
      return named.length === 0 ? [] : [{ kind: 'clock', actions: named, ...interval }];
    },
  };
}

export function learnLog({ every }: LearningOptions): KindLearner<LogGrant | undefined> {
  const grant = every.log;
  let used = false;
  return {
    granted: grant && {
      ...grant,
      maxBytesPerSecond: MAX_LOG_BYTES_PER_SECOND,
      observer: observerOf('log', () => {
        used = true;
        return true;
      }),
    },
    entries: () => (used ? [{ kind: 'log' }] : []),
  };
}
