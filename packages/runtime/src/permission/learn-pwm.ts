import type { PermissionInput } from './entry-schema.ts';
import type { Grants, NumberRange, PwmGrant, PwmRangeGrant } from './grant.ts';
import type { KindLearner, LearningOptions } from './learn-permissions.ts';
import { byLabel, observerOf } from './learn-simple-kinds.ts';
import { pwmPermits, pwmPermitsOpen } from './pwm.ts';

/** Most periods that get an entry each; an app that plays more of them, such as tones, gets one for all. */
const MAX_LEARNED_PERIODS = 16;

/** Most different periods that one run can be seen to use; an app that uses more is refused the rest. */
const MAX_NOTED_PERIODS = 4096;

/** The duties that were set in one period: from the shortest to the longest, since a fade goes through all between. */
type Noted = Map<number, NumberRange>;

export function learnPwm({ every, board }: LearningOptions): KindLearner<Grants['pwm']> {
  return byLabel(
    every.pwm,
    () => ({ openedNs: undefined as number | undefined, duties: new Map() as Noted }),
    (grant, noted): PwmGrant => ({
      ...grant,
      ranges: [],
      observer: observerOf('pwm', ({ periodNs, dutyNs }) => {
        if (dutyNs === undefined) {
          const permitted = pwmPermitsOpen(grant, periodNs);
          if (permitted) noted.openedNs = periodNs;
          return permitted;
        }
        const permitted = pwmPermits(grant, { periodNs, dutyNs });
        const hasRoom = noted.duties.has(periodNs) || noted.duties.size < MAX_NOTED_PERIODS;
        if (permitted && hasRoom) note(noted.duties, periodNs, { first: dutyNs, last: dutyNs });
        return permitted && hasRoom;
      }),
    }),
    (channel, { openedNs, duties }) =>
      rangesOf(openedNs, duties).map(({ periodsNs, dutiesNs }): PermissionInput => {
        const boardNs = board.pwmChannels.get(channel)?.periodNs;
        // The period of the board goes without saying, also on a board that has another.
        const isBoards = periodsNs.first === boardNs && periodsNs.last === boardNs;
        return { kind: 'pwm', channel, ...(isBoards ? {} : { periodsNs }), dutiesNs };
      }),
  );
}

function note(duties: Noted, periodNs: number, { first, last }: NumberRange): void {
  const before = duties.get(periodNs);
  duties.set(periodNs, {
    first: Math.min(first, before?.first ?? first),
    last: Math.max(last, before?.last ?? last),
  });
}

function rangesOf(openedNs: number | undefined, duties: Noted): PwmRangeGrant[] {
  // Opened in a period in which nothing was set.
  const all: Noted =
    openedNs === undefined || duties.has(openedNs)
      ? duties
      : new Map([...duties, [openedNs, { first: 0, last: 0 }]]);
  const ranges = [...all].map(([periodNs, dutiesNs]) => ({
    periodsNs: { first: periodNs, last: periodNs },
    dutiesNs,
  }));
  return ranges.length > MAX_LEARNED_PERIODS ? [hullOf(ranges)] : ranges;
}

function hullOf(ranges: readonly PwmRangeGrant[]): PwmRangeGrant {
  const hull = (parts: readonly NumberRange[]): NumberRange => ({
    first: parts.reduce((least, { first }) => Math.min(least, first), Number.MAX_SAFE_INTEGER),
    last: parts.reduce((most, { last }) => Math.max(most, last), 0),
  });
  return {
    periodsNs: hull(ranges.map(({ periodsNs }) => periodsNs)),
    dutiesNs: hull(ranges.map(({ dutiesNs }) => dutiesNs)),
  };
}
