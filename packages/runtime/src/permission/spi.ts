import type { SpiMode } from '@kanchi/hal';
import { observed } from './access.ts';
import type { Refusal, SpiGrant } from './grant.ts';
import { MAX_PERMITTED_BYTES } from './limits.ts';

/** What is asked of a chip select: to open it as the board wires it, or to move bytes. */
export interface SpiRequest {
  readonly clockHz?: number;
  readonly mode?: SpiMode;
  readonly byteCount?: number;
}

/** The check for opening: the board's clock and mode must be inside the grant. */
export function spiPermitsOpen(grant: SpiGrant, clockHz: number, mode: SpiMode): boolean {
  return (
    (!grant.revocation.revoked && clockHz <= grant.maxClockHz && grant.modes.includes(mode)) ||
    observed(grant, { kind: 'spi', label: grant.label, clockHz, mode })
  );
}

/** The check for each transaction. */
export function spiPermits(grant: SpiGrant, byteCount: number): boolean {
  return (
    (!grant.revocation.revoked && byteCount <= grant.maxTransactionBytes) ||
    observed(grant, { kind: 'spi', label: grant.label, byteCount })
  );
}

export function spiRefusal(label: string, grant: SpiGrant | undefined, request: SpiRequest): Refusal {
  const { byteCount, clockHz, mode } = request;
  return {
    kind: 'spi',
    label,
    resource: `spi device "${label}"${byteCount === undefined ? '' : `, ${byteCount} bytes`}`,
    rule: rule(grant, request),
    manifestLine:
      grant?.revocation.revoked === true || (byteCount ?? 0) > MAX_PERMITTED_BYTES
        ? undefined
        : JSON.stringify({
            kind: 'spi',
            device: label,
            // An entry counts only when the board's clock and mode are inside it, so each says both.
            maxClockHz: clockHz ?? grant?.maxClockHz,
            modes: mode === undefined ? grant?.modes : [mode],
            maxTransactionBytes: byteCount,
          }),
    under: ({ spi }) => {
      const other = spi.get(label);
      const permits =
        other !== undefined &&
        (clockHz === undefined || mode === undefined || spiPermitsOpen(other, clockHz, mode)) &&
        (byteCount === undefined || spiPermits(other, byteCount));
      return permits ? undefined : spiRefusal(label, other, request);
    },
  };
}

function rule(grant: SpiGrant | undefined, { byteCount, clockHz, mode }: SpiRequest): string {
  if (grant === undefined) {
    return 'no "spi" permission for this device';
  }
  if (grant.revocation.revoked) {
    return 'the permission was revoked';
  }
  if (byteCount !== undefined) {
    return `a transaction has at most ${grant.maxTransactionBytes} bytes by the "spi" permission`;
  }
  if (clockHz !== undefined && clockHz > grant.maxClockHz) {
    return `the board runs it at ${clockHz} Hz, the "spi" permission allows ${grant.maxClockHz} Hz`;
  }
  return `the board uses mode ${mode}, the "spi" permission allows ${grant.modes.join(', ')}`;
}
