import { observed } from './access.ts';
import type { PwmGrant, Refusal } from './grant.ts';

/** What an output would do: each period is active for the duty time. */
export interface PwmRequest {
  readonly periodNs: number;
  readonly dutyNs: number;
}

/** The check for opening: the period that the board gives. The output is off then, so no duty is asked for. */
export function pwmPermitsOpen(grant: PwmGrant, periodNs: number): boolean {
  return (
    (!grant.revocation.revoked &&
      grant.ranges.some(({ periodsNs }) => periodNs >= periodsNs.first && periodNs <= periodsNs.last)) ||
    observed(grant, { kind: 'pwm', label: grant.label, periodNs, dutyNs: undefined })
  );
}

/** The check for each change, also while the output is off: period and duty must lie in the ranges of one entry. */
export function pwmPermits(grant: PwmGrant, { periodNs, dutyNs }: PwmRequest): boolean {
  return (
    (!grant.revocation.revoked &&
      grant.ranges.some(
        ({ periodsNs, dutiesNs }) =>
          periodNs >= periodsNs.first &&
          periodNs <= periodsNs.last &&
          dutyNs >= dutiesNs.first &&
          dutyNs <= dutiesNs.last,
      )) ||
    observed(grant, { kind: 'pwm', label: grant.label, periodNs, dutyNs })
  );
}

/** `request` without a duty: the opening. */
export function pwmRefusal(
  label: string,
  grant: PwmGrant | undefined,
  request: Pick<PwmRequest, 'periodNs'> & Partial<PwmRequest>,
): Refusal {
  const { periodNs, dutyNs } = request;
  const asked = dutyNs === undefined ? '' : `, ${dutyNs} of ${periodNs} ns`;
  return {
    kind: 'pwm',
    label,
    resource: `pwm channel "${label}"${asked}`,
    rule: ruleOf(grant, request),
    manifestLine:
      grant?.revocation.revoked === true
        ? undefined
        : JSON.stringify({
            kind: 'pwm',
            channel: label,
            ...(dutyNs === undefined
              ? {}
              : {
                  periodsNs: { first: periodNs, last: periodNs },
                  dutiesNs: { first: dutyNs, last: dutyNs },
                }),
          }),
    under: ({ pwm }) => {
      const other = pwm.get(label);
      const permits =
        other !== undefined &&
        (dutyNs === undefined ? pwmPermitsOpen(other, periodNs) : pwmPermits(other, { periodNs, dutyNs }));
      return permits ? undefined : pwmRefusal(label, other, request);
    },
  };
}

function ruleOf(
  grant: PwmGrant | undefined,
  { periodNs, dutyNs }: Pick<PwmRequest, 'periodNs'> & Partial<PwmRequest>,
): string {
  if (grant === undefined) return 'no "pwm" permission for this channel';
  if (grant.revocation.revoked) return 'the permission was revoked';
  const ranges = grant.ranges.map(
    ({ periodsNs, dutiesNs }) =>
      `periods of ${periodsNs.first} to ${periodsNs.last} ns with duties of ${dutiesNs.first} to ${Math.min(dutiesNs.last, periodsNs.last)} ns`,
  );
  const allowed = `the "pwm" permission allows ${ranges.join(', ')}`;
  return dutyNs === undefined ? `the board runs it at ${periodNs} ns, ${allowed}` : allowed;
}
