import type { Clock, GpioLine, Hal, I2cBus, MmioWindow, PwmChannel, SpiDevice, UartPort } from '@kanchi/hal';
import type { AppEvents } from '../app/app-events.ts';
import type { AppLimits } from '../app/app-limits.ts';
import type { AppLog } from '../app/app-log.ts';
import type { Board } from '../app/board.ts';
import type { CallBudget } from '../app/call-budget.ts';
import type { AppCounters } from '../app/counters.ts';
import type { TurnMark } from '../app/turn-mark.ts';
import type { GuestEnding } from '../guest/guest-ending.ts';
import type { GuestMemory } from '../guest/guest-memory.ts';
import type { GuestTables } from '../guest/guest-tables.ts';
import type { HandleTable } from '../guest/handle-table.ts';
import type { LastError } from '../guest/last-error.ts';
import type { DenialLog } from '../permission/denial.ts';
import type {
  ClockGrant,
  GpioGrant,
  Grants,
  I2cGrant,
  MmioGrant,
  PwmGrant,
  SpiGrant,
  UartGrant,
} from '../permission/grant.ts';
import type { Revocation } from '../permission/revocation.ts';
import type { AppPermissions } from '../policy/app-permissions.ts';
import type { BusBudget } from './bus-budget.ts';

/** What a guest's handle stands for. The grant goes with it, so that every call is checked again. */
export type AppResource =
  | { readonly kind: 'gpio'; readonly label: string; readonly grant: GpioGrant; readonly line: GpioLine }
  | {
      readonly kind: 'i2c';
      readonly label: string;
      readonly grant: I2cGrant;
      readonly bus: I2cBus;
      /** Undefined for a bus label, which names no device. */
      readonly address: number | undefined;
    }
  | { readonly kind: 'spi'; readonly label: string; readonly grant: SpiGrant; readonly device: SpiDevice }
  | { readonly kind: 'uart'; readonly label: string; readonly grant: UartGrant; readonly port: UartPort }
  | { readonly kind: 'mmio'; readonly label: string; readonly grant: MmioGrant; readonly window: MmioWindow }
  | {
      readonly kind: 'pwm';
      readonly label: string;
      readonly grant: PwmGrant;
      readonly channel: PwmChannel;
      /** What the channel was set to: it has no other owner who could change it. */
      setting: { readonly periodNs: number; readonly dutyNs: number };
    }
  /** What a host API of another package holds, e.g. a subscription to a sensor. */
  | { readonly kind: 'service'; readonly api: string; readonly resource: ServiceResource }
  | { readonly kind: 'timer'; readonly grant: ClockGrant };

export interface ServiceResource {
  /** What it was opened under; undefined where permissions are not for single handles. */
  readonly grant?: { readonly revocation: Revocation };
  /** Idempotent. */
  close(): void;
}

/** Everything that the host APIs of one app work on. One per app, made by the runner, owned by the app's thread. */
export interface AppContext {
  readonly appName: string;
  /** From the manifest: the app wants a rule of another runtime where Kanchi has its own. */
  readonly compat: 'wamr' | undefined;
  readonly hal: Hal;
  readonly clock: Clock;
  readonly board: Board;
  readonly permissions: AppPermissions;
  /** What holds now, of `permissions`. */
  readonly grants: Grants;
  readonly denials: DenialLog;
  readonly ending: GuestEnding;
  readonly memory: GuestMemory;
  readonly tables: GuestTables;
  readonly handles: HandleTable<AppResource>;
  readonly limits: AppLimits;
  /** Counts each call of the app. The linker asks it; only unguarded functions do themselves. */
  readonly calls: CallBudget;
  readonly busBudget: BusBudget;
  readonly events: AppEvents;
  readonly log: AppLog;
  readonly counters: AppCounters;
  /** Where is noted when the guest has control. */
  readonly turns: TurnMark;
  /** To be called once `on_init` has returned. */
  readonly ready: () => void;
  readonly lastError: LastError;
  /** Fills the array with random bytes (seeded in tests). */
  readonly fillRandom: (bytes: Uint8Array) => void;
}
