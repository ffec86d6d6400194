import type { LineDirection } from '@kanchi/hal';
import { observed } from './access.ts';
import type { GpioGrant, Refusal } from './grant.ts';
import type { Revocation } from './revocation.ts';

export type GpioAction = 'read' | 'write' | 'watch';

/**
 * The one check for lines. Hot: no text, no allocation, no lookup by a name that varies (`grant[action]`), which alone
 * cost more than a bare call, and comparisons with `true`, which are one instruction where a test for
 * truth is a dozen. Anything but a clear yes is a no.
 */
export function gpioPermits(grant: GpioGrant, action: GpioAction): boolean {
  if (grant.revocation.revoked) {
    return false;
  }
  switch (action) {
    case 'read':
      return grant.read === true || otherwise(grant, action);
    case 'write':
      return grant.write === true || otherwise(grant, action);
    case 'watch':
      return grant.watch === true || otherwise(grant, action);
  }
}

/** What the grant itself does not permit, apart so that the check stays small. */
function otherwise(grant: GpioGrant, action: GpioAction): boolean {
  return observed(grant, { kind: 'gpio', label: grant.label, action });
}

/** The check for opening: an input may also be opened by who may only watch it. */
export function gpioPermitsOpen(grant: GpioGrant, direction: LineDirection): boolean {
  if (direction === 'output') {
    return gpioPermits(grant, 'write');
  }
  return (
    (!grant.revocation.revoked && (grant.read || grant.watch)) ||
    observed(grant, { kind: 'gpio', label: grant.label, action: 'open-input' })
  );
}

export function gpioRefusal(label: string, grant: GpioGrant | undefined, action: GpioAction): Refusal {
  return {
    kind: 'gpio',
    label,
    resource: `line "${label}"`,
    rule: ruleText(grant, 'gpio', 'line', action),
    manifestLine:
      grant?.revocation.revoked === true
        ? undefined
        : JSON.stringify({ kind: 'gpio', line: label, actions: [action] }),
    under: ({ gpio }) => {
      const other = gpio.get(label);
      return other !== undefined && gpioPermits(other, action)
        ? undefined
        : gpioRefusal(label, other, action);
    },
  };
}

/** Words for the three ways in which a simple grant refuses. */
export function ruleText(
  grant: { readonly revocation: Revocation } | undefined,
  kind: string,
  target: string,
  action: string,
): string {
  if (grant === undefined) {
    return `no "${kind}" permission for this ${target}`;
  }
  return grant.revocation.revoked
    ? 'the permission was revoked'
    : `the "${kind}" permission does not include "${action}"`;
}
