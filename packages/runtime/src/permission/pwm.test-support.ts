import fc from 'fast-check';
import type { Board } from '../app/board.ts';
import type { Grants, Refusal } from './grant.ts';
import { pwmPermits, pwmPermitsOpen, pwmRefusal } from './pwm.ts';

export interface PwmCall {
  readonly kind: 'pwm';
  readonly label: string;
  readonly periodNs: number;
  readonly dutyNs: number;
}

/** Opens and sets, as the host API does. */
export function askPwm(
  grants: Grants,
  board: Board,
  { label, periodNs, dutyNs }: PwmCall,
): Refusal | undefined {
  const grant = grants.pwm.get(label);
  const opening = { periodNs: board.pwmChannels.get(label)?.periodNs ?? 0 };
  if (grant === undefined || !pwmPermitsOpen(grant, opening.periodNs)) {
    return pwmRefusal(label, grant, opening);
  }
  return pwmPermits(grant, { periodNs, dutyNs }) ? undefined : pwmRefusal(label, grant, { periodNs, dutyNs });
}

// Few times, so that entries and calls meet often.

const pwmLabel = fc.constantFrom('servo', 'fan');
const shortTime = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constantFrom(19, 20, 21));
const timeRange = fc
  .tuple(shortTime, fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }))
  .map(([first, more]) => (more === undefined ? { first } : { first, last: first + more }));
export const pwmEntry: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record(
  {
    kind: fc.constant('pwm'),
    channel: pwmLabel,
    periodsNs: timeRange,
    dutiesNs: fc.oneof(timeRange, fc.constant({ first: 0, last: 3 })),
  },
  { requiredKeys: ['kind', 'channel'] },
);
export const pwmDeny = fc.record({ kind: fc.constant('pwm'), channel: pwmLabel });
export const pwmCall: fc.Arbitrary<PwmCall> = fc.record({
  kind: fc.constant('pwm' as const),
  label: pwmLabel,
  periodNs: shortTime,
  dutyNs: fc.oneof(fc.constant(0), shortTime),
});
