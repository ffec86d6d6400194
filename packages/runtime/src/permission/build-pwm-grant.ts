import { PWM_MAX_PERIOD_NS } from '@kanchi/hal';
import type { Board } from '../app/board.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { NumberRange, PwmGrant } from './grant.ts';
import { canonicalPwmRanges } from './pwm-ranges.ts';
import { Revocation } from './revocation.ts';

/** Entries add up as they are: a period of one with a duty of another is not granted. A deny takes the channel. */
export function buildPwmGrant(
  label: string,
  entries: readonly Extract<PermissionEntry, { readonly kind: 'pwm' }>[],
  denies: readonly Extract<DenyEntry, { readonly kind: 'pwm' }>[],
  board: Board,
): PwmGrant | undefined {
  const boardPeriodNs = board.pwmChannels.get(label)?.periodNs;
  if (denies.length > 0 || boardPeriodNs === undefined) return undefined;
  return {
    kind: 'pwm',
    label,
    revocation: new Revocation(),
    ranges: canonicalPwmRanges(
      entries.map(({ periodsNs, dutiesNs }) => ({
        periodsNs: rangeOf(periodsNs) ?? { first: boardPeriodNs, last: boardPeriodNs },
        dutiesNs: rangeOf(dutiesNs) ?? { first: 0, last: PWM_MAX_PERIOD_NS },
      })),
    ),
  };
}

function rangeOf(
  range: { readonly first: number; readonly last?: number | undefined } | undefined,
): NumberRange | undefined {
  return range === undefined ? undefined : { first: range.first, last: range.last ?? range.first };
}
