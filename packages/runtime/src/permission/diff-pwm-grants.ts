import { PWM_MAX_PERIOD_NS } from '@kanchi/hal';
import type { PermissionEntry } from './entry-schema.ts';
import type { NumberRange } from './grant.ts';
import { mergeRanges, subtractRanges } from './number-range.ts';
import type { PermissionGain, PermissionSide } from './permission-difference.ts';

type PwmEntry = Extract<PermissionEntry, { readonly kind: 'pwm' }>;

/** Periods between two that an entry names, or the one that the board gives, which no manifest knows. */
interface Stretch {
  readonly name: string;
  readonly covers: (entry: PwmEntry) => boolean;
}

/** Duties that are new, on each stretch of periods between two that an entry names. */
export function pwmGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  return [...after.grants.pwm.keys()].flatMap((label) => {
    const had = entriesOf(before, label);
    const has = entriesOf(after, label);
    return stretchesOf([...had, ...has]).flatMap(({ name, covers }) => {
      const gained = subtractRanges(dutiesOf(has.filter(covers)), dutiesOf(had.filter(covers)));
      return gained.map((duties) => ({
        target: label,
        what: `run pwm channel "${label}" at ${name} with ${dutyText(duties)}`,
        otherwise: undefined,
      }));
    });
  });
}

function entriesOf({ manifest, grants }: PermissionSide, label: string): PwmEntry[] {
  return grants.pwm.has(label)
    ? manifest.permissions.filter((entry) => entry.kind === 'pwm').filter((entry) => entry.channel === label)
    : [];
}

function stretchesOf(entries: readonly PwmEntry[]): Stretch[] {
  const periods = entries.map(periodsOf).filter((range) => range !== undefined);
  const starts = [...new Set(periods.flatMap(({ first, last }) => [first, last + 1]))].sort(
    (one, other) => one - other,
  );
  const stretches = starts.slice(0, -1).map((first, index): Stretch => {
    const last = (starts[index + 1] as number) - 1;
    return {
      name: first === last ? `a period of ${first} ns` : `periods of ${first} to ${last} ns`,
      covers: (entry) => {
        const range = periodsOf(entry);
        return range !== undefined && range.first <= first && range.last >= last;
      },
    };
  });
  // Entries that take every period take the board's too.
  const board: Stretch = {
    name: "the board's period",
    covers: (entry) => {
      const range = periodsOf(entry);
      return range === undefined || (range.first === 1 && range.last === PWM_MAX_PERIOD_NS);
    },
  };
  return entries.some((entry) => entry.periodsNs === undefined) ? [board, ...stretches] : stretches;
}

function periodsOf({ periodsNs }: PwmEntry): NumberRange | undefined {
  return periodsNs === undefined
    ? undefined
    : { first: periodsNs.first, last: periodsNs.last ?? periodsNs.first };
}

function dutiesOf(entries: readonly PwmEntry[]): NumberRange[] {
  return mergeRanges(
    entries.map(({ dutiesNs }) =>
      dutiesNs === undefined
        ? { first: 0, last: PWM_MAX_PERIOD_NS }
        : { first: dutiesNs.first, last: dutiesNs.last ?? dutiesNs.first },
    ),
  );
}

function dutyText({ first, last }: NumberRange): string {
  if (first === 0 && last === PWM_MAX_PERIOD_NS) return 'any duty';
  return first === last ? `a duty of ${first} ns` : `duties of ${first} to ${last} ns`;
}
