import type { Clock, Hal } from '@kanchi/hal';
import type { GuestAbi } from '../abi/guest-abi.ts';
import type { LoadedModule } from '../guest/load-module.ts';
import type { HostApi } from '../host-api/host-api.ts';
import type { Grants } from '../permission/grant.ts';
import type { AppPermissions, NarrowingFeed } from '../policy/app-permissions.ts';
import type { Policy } from '../policy/policy.ts';
import type { AppExit } from './app-exit.ts';
import type { AppOutput } from './app-log.ts';
import type { Board } from './board.ts';
import type { AppCounters } from './counters.ts';
import type { Manifest } from './manifest.ts';
import type { TurnMark } from './turn-mark.ts';

/** Everything that belongs to the app: the same values wherever it runs. */
export interface AppPackage {
  readonly manifest: Manifest;
  /** What a refusal calls the file that its line goes into; `app.json` when left out. */
  readonly manifestName?: string;
  readonly board: Board;
  /** What the operator of the machine lets apps have at most. Default: all that the manifest asks for. */
  readonly policy?: Policy;
  readonly module: LoadedModule;
  /** Heap that the host keeps for an app of another calling convention, bytes; that convention's default when left out. */
  readonly heapBytes?: number;
  /** Timers that an installation of such an app asked for; as many as its manifest allows when left out, never more. */
  readonly timers?: number;
}

/** Everything that the place where it runs provides. */
export interface AppHost {
  readonly hal: Hal;
  readonly clock: Clock;
  readonly output: AppOutput;
  readonly counters: AppCounters;
  /** Shared with whoever ends an app that hangs. Default: nobody looks. */
  readonly turns?: TurnMark;
  /** What the app may do. Default: what its manifest grants on its board. */
  readonly grants?: Grants;
  readonly hostApis: readonly HostApi[];
  /** Other calling conventions; the first that claims a module runs it. Default none. */
  readonly guestAbis?: readonly GuestAbi[];
  /** Where narrowings of the app's permissions come from while it runs. Default: none come. */
  readonly narrowings?: NarrowingFeed;
  /** Told before the app begins; for whoever narrows on the same thread. */
  onPermissions?(permissions: AppPermissions): void;
  stopRequested(): boolean;
  /** Brings in hardware events that wait in another thread. Does not block. */
  pumpEvents(): void;
  fillRandom(bytes: Uint8Array): void;
  /** A callback-style app has come out of `on_init`: it takes requests from now on. Told once. */
  onReady?(): void;
  /** A denial that was not told before (once per rule). */
  onDenial(text: string): void;
  /**
   * A host call has ended the guest and its handles are closed, but the guest's code still has to return. Told once,
   * so that a guest that caught what the call threw can be ended by force.
   */
  onEnding?(exit: AppExit): void;
}
