import type { AppPackage } from '../app/app-host.ts';
import type { LoadedModule } from '../guest/load-module.ts';
import type { AppContext } from '../host-api/app-context.ts';
import type { ImportTable } from './link-imports.ts';

/** Memory of the app's own allocator, or of the heap that the host keeps for it. */
export interface GuestHeap {
  /** Pointer to so many bytes, 8-aligned; 0 when there is no room. Calls the guest when it has an allocator. */
  allocate(byteLength: number): number;
  /** Frees what `allocate` gave. */
  free(pointer: number): void;
}

/** A started instance, for the calling convention that runs it. */
export interface AbiGuest {
  readonly exports: WebAssembly.Exports;
  readonly heap: GuestHeap;
}

/** One app under another calling convention. */
export interface GuestAbiRun {
  /** Its import modules, looked at before those of the host. */
  readonly tables: readonly ImportTable[];
  /**
   * Runs the app until it is asked to stop and returns its exit code. Yields the time until which it has nothing to do
   * (monotonic nanoseconds); it is gone on with when that has passed, something arrived, or a stop was asked for.
   */
  run(guest: AbiGuest): Generator<bigint, number, void>;
}

/**
 * Another calling convention that callback-style apps may be written for, e.g. WAMR's app framework. It is an adapter: what an app
 * may do is decided by the permissions of its manifest, as everywhere.
 */
export interface GuestAbi {
  readonly name: string;
  /** Whether the module is written for it. Pure. */
  claims(loaded: LoadedModule): boolean;
  /** Called once for each app, before its instance exists. */
  connect(context: AppContext, app: AppPackage): GuestAbiRun;
}
