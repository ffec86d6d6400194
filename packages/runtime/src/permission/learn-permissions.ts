import type { Board } from '../app/board.ts';
import type { Manifest } from '../app/manifest.ts';
import { buildGrants } from './build-grants.ts';
import type { PermissionInput } from './entry-schema.ts';
import { everyPermission } from './every-permission.ts';
import type { Grants, PermissionKind } from './grant.ts';
import { learnI2c } from './learn-i2c.ts';
import { learnMmio } from './learn-mmio.ts';
import { learnPwm } from './learn-pwm.ts';
import { learnConnections, learnMessages, learnSensors } from './learn-services.ts';
import { learnClock, learnGpio, learnLog, learnSpi, learnUart } from './learn-simple-kinds.ts';

/** What may be used while an app is run to learn what it needs. */
export interface LearningOptions {
  /** Its deny entries hold, its permissions do not matter. */
  readonly manifest: Manifest;
  readonly board: Board;
  /** What the board and the deny entries leave, as a manifest that asks for everything would have it. */
  readonly every: Grants;
}

/** Notes what is done of one kind. */
export interface KindLearner<Granted> {
  /** For the run: grants nothing itself, its observer permits and notes. */
  readonly granted: Granted;
  /** The least entries that permit what was noted, as a manifest has them. */
  entries(): PermissionInput[];
}

export interface PermissionLearning {
  /** For `AppHost.grants` of one run. */
  readonly grants: Grants;
  /** What the app needed so far: the least `permissions` of its manifest. */
  permissions(): PermissionInput[];
}

/**
 * Grants under which an app may do all that a manifest could let it do on this board, except what its deny entries take, and
 * that note what it does. What no manifest can name (a topic that is too long, register 4097 of a window) is refused as ever.
 *
 * How often it prints is not learned: AppLog counts that. Throws what `buildGrants` throws about deny entries.
 */
export function learnPermissions(manifest: Manifest, board: Board): PermissionLearning {
  const every = buildGrants({ ...manifest, permissions: everyPermission(board) }, board);
  const options: LearningOptions = { manifest, board, every };
  /** A kind that is missing here does not compile. */
  const learners: { readonly [Kind in PermissionKind]: KindLearner<Grants[Kind]> } = {
    gpio: learnGpio(options),
    i2c: learnI2c(options),
    spi: learnSpi(options),
    uart: learnUart(options),
    mmio: learnMmio(options),
    pwm: learnPwm(options),
    sensor: learnSensors(options),
    message: learnMessages(options),
    connection: learnConnections(options),
    clock: learnClock(options),
    log: learnLog(options),
  };
  const granted = Object.fromEntries(
    Object.entries(learners).map(([kind, learner]) => [kind, learner.granted]),
  ) as unknown as Omit<Grants, 'denied'>;
  return {
    grants: { ...granted, denied: every.denied },
    permissions: () => Object.values(learners).flatMap((learner) => learner.entries()),
  };
}
