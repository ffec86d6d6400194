import type { I2cOperation, SpiMode } from '@kanchi/hal';
import type { ClockAction } from './clock.ts';
import type { GpioAction } from './gpio.ts';
import type { ConnectionTarget, MessageAction } from './grant.ts';
import type { MmioAccess } from './mmio.ts';
import type { Revocation } from './revocation.ts';
import type { UartAction } from './uart.ts';

/** What a permission check is asked, by kind. Each check makes its own; the kinds are those of `Grants`. */
export type Access =
  /** `open-input`: a line is opened for which reading or watching will do. */
  | { readonly kind: 'gpio'; readonly label: string; readonly action: GpioAction | 'open-input' }
  /** `address`: undefined where a device or bus is opened. */
  | {
      readonly kind: 'i2c';
      readonly label: string;
      readonly address: number | undefined;
      readonly operations: readonly I2cOperation[];
    }
  | { readonly kind: 'spi'; readonly label: string; readonly clockHz: number; readonly mode: SpiMode }
  | { readonly kind: 'spi'; readonly label: string; readonly byteCount: number }
  /** `open`: a port is opened for which either will do. */
  | { readonly kind: 'uart'; readonly label: string; readonly action: UartAction | 'open' }
  /** `access`: undefined where a window is opened. */
  | { readonly kind: 'mmio'; readonly label: string; readonly access: MmioAccess | undefined }
  /** `dutyNs`: undefined where a channel is opened. */
  | {
      readonly kind: 'pwm';
      readonly label: string;
      readonly periodNs: number;
      readonly dutyNs: number | undefined;
    }
  /** `intervalNs`: undefined where nothing is asked for yet. */
  | {
      readonly kind: 'sensor';
      readonly label: string;
      readonly channels: readonly string[];
      readonly intervalNs: bigint | undefined;
    }
  | { readonly kind: 'message'; readonly action: MessageAction; readonly topic: string }
  | { readonly kind: 'connection'; readonly target: ConnectionTarget }
  | { readonly kind: 'clock'; readonly action: ClockAction }
  /** The interval of a timer, which the action `timer` starts. */
  | { readonly kind: 'clock'; readonly intervalNs: bigint }
  | { readonly kind: 'log' };

export type AccessOf<Kind extends Access['kind']> = Extract<Access, { readonly kind: Kind }>;

/** Notes what an app does; says whether it may. */
export type AccessObserver = (access: Access) => boolean;

/** Whether an observer permits what its grant does not. */
export function observed(
  grant: { readonly revocation: Revocation; readonly observer?: AccessObserver },
  access: Access,
): boolean {
  return grant.observer !== undefined && !grant.revocation.revoked && grant.observer(access);
}
