import { observed } from './access.ts';
import { ruleText } from './gpio.ts';
import type { Refusal, UartGrant } from './grant.ts';

export type UartAction = 'read' | 'write';

/** The one check for serial ports. */
export function uartPermits(grant: UartGrant, action: UartAction): boolean {
  return (
    (grant[action] && !grant.revocation.revoked) ||
    observed(grant, { kind: 'uart', label: grant.label, action })
  );
}

/** The check for opening: either direction will do. */
export function uartPermitsOpen(grant: UartGrant): boolean {
  return (
    ((grant.read || grant.write) && !grant.revocation.revoked) ||
    observed(grant, { kind: 'uart', label: grant.label, action: 'open' })
  );
}

export function uartRefusal(label: string, grant: UartGrant | undefined, action: UartAction): Refusal {
  return {
    kind: 'uart',
    label,
    resource: `uart port "${label}"`,
    rule: ruleText(grant, 'uart', 'port', action),
    manifestLine:
      grant?.revocation.revoked === true
        ? undefined
        : JSON.stringify({ kind: 'uart', port: label, actions: [action] }),
    under: ({ uart }) => {
      const other = uart.get(label);
      return other !== undefined && uartPermits(other, action)
        ? undefined
        : uartRefusal(label, other, action);
    },
  };
}
