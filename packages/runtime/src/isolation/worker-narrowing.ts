import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Revocations } from '@kanchi/hal/remote';
import type { AppPackage } from '../app/app-host.ts';
import { AppPermissions, type Narrowing, type NarrowingFeed } from '../policy/app-permissions.ts';
import type { GrantTarget } from '../policy/grant-target.ts';
import { resourcesOf } from './held-resources.ts';

/** The part of an app's thread: goes with its worker data, `port` is moved. */
export interface NarrowingEnd {
  readonly words: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** Narrows the permissions of an app that runs in another thread. Does not wait for that thread, which may never answer. */
export class WorkerNarrowing {
  /** For the app's thread. */
  readonly end: NarrowingEnd;
  readonly #app: AppPackage;
  readonly #port: MessagePort;
  #permissions: AppPermissions | undefined;

  constructor(app: AppPackage) {
    const { port1, port2 } = new MessageChannel();
    this.#app = app;
    this.#port = port1;
    this.end = { words: new SharedArrayBuffer(AppPermissions.byteLength(app.manifest)), port: port2 };
  }

  /**
   * Takes back in the app's thread, from its next check on, what the policy does not allow. Returns what is to be closed.
   * Throws RuntimeError KANCHI_POLICY_INVALID, and nothing has changed then.
   */
  narrow(narrowing: Narrowing): {
    readonly targets: readonly GrantTarget[];
    readonly revocations: Revocations;
  } {
    const { manifest, board, policy } = this.#app;
    const feed = { words: this.end.words, take: () => undefined };
    const permissions = this.#permissions ?? new AppPermissions(manifest, board, policy, feed);
    this.#permissions = permissions;
    const held = permissions.targets;
    const targets = permissions.narrow(narrowing);
    // The message first: a thread that sees the words finds it.
    this.#port.postMessage(narrowing);
    permissions.seal(targets);
    return { targets, revocations: { resources: resourcesOf(targets, held, board), targets } };
  }

  close(): void {
    this.#port.close();
  }
}

/** The app's side. */
export function narrowingFeed({ words, port }: NarrowingEnd): NarrowingFeed {
  return {
    words,
    take: () => (receiveMessageOnPort(port) as { readonly message: Narrowing } | undefined)?.message,
  };
}
