import type { GpioGrant, Refusal } from './grant.ts';

export type GpioAction = 'read' | 'write' | 'watch';

/** The one check for lines: hot, so no text and no allocation. */
export function gpioPermits(grant: GpioGrant, action: GpioAction): boolean {
  return grant[action] && !grant.revoked;
}

export function gpioRefusal(label: string, grant: GpioGrant | undefined, action: GpioAction): Refusal {
  return {
    kind: 'gpio',
    label,
    resource: `line "${label}"`,
    rule: ruleText(grant, 'gpio', 'line', action),
    manifestLine:
      grant?.revoked === true ? undefined : JSON.stringify({ kind: 'gpio', line: label, actions: [action] }),
  };
}

/** Words for the three ways in which a simple grant refuses. */
export function ruleText(
  grant: { readonly revoked: boolean } | undefined,
  kind: string,
  target: string,
  action: string,
): string {
  if (grant === undefined) {
    return `no "${kind}" permission for this ${target}`;
  }
  return grant.revoked
    ? 'the permission was revoked'
    : `the "${kind}" permission does not include "${action}"`;
}
