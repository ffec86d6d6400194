import { limitTable } from './limits.ts';
import type { Manifest } from './manifest.ts';
import type { TurnKind } from './turn-mark.ts';

/** Grants with which an app can do nothing to the world. */
const harmlessKinds: readonly string[] = ['log', 'clock'];

/** What of a manifest decides. */
export interface LimitedApp {
  readonly limits: Pick<Manifest['limits'], 'startMs' | 'callbackMs'>;
  readonly permissions: readonly { readonly kind: string }[];
}

/** Longest time of each kind of turn, milliseconds; undefined: as long as it takes. */
export type TurnLimits = Readonly<Record<TurnKind, number | undefined>>;

/**
 * The limits of an app's turns. A `main` that may only print and look at the clock can compute as long as it likes, unless
 * `callbackMs` is another than everybody's: that is what programs do.
 */
export function turnLimitsOf({ limits, permissions }: LimitedApp): TurnLimits {
  const { startMs: start, callbackMs: callback } = limits;
  const isHarmless = permissions.every(({ kind }) => harmlessKinds.includes(kind));
  return {
    start,
    callback,
    main: callback === limitTable.callbackMs.fallback && isHarmless ? undefined : callback,
  };
}
