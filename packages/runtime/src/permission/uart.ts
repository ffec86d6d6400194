import { ruleText } from './gpio.ts';
import type { Refusal, UartGrant } from './grant.ts';

export type UartAction = 'read' | 'write';

/** The one check for serial ports. */
export function uartPermits(grant: UartGrant, action: UartAction): boolean {
  return grant[action] && !grant.revocation.revoked;
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
