import type { RemoteChannelBuffers } from '@kanchi/hal/remote';

/** What one app's thread shares with the brokers. */
export interface AppMemory {
  readonly wake: SharedArrayBuffer;
  /** One for each broker, in the order of the executor's. */
  readonly links: readonly { readonly channel: RemoteChannelBuffers; readonly extension: unknown }[];
}

/** Memories that wait for the next app; the others are left to the collector. */
const MAX_SPARE_MEMORIES = 4;

/**
 * Hands the shared memory of an app that has ended to the next one. The collector looks at what is small on its heap and large
 * elsewhere only after a gigabyte of it: a service that starts an app each second would run out of memory before.
 */
export class AppMemories {
  readonly #create: () => AppMemory;
  readonly #spare: AppMemory[] = [];

  constructor(create: () => AppMemory) {
    this.#create = create;
  }

  take(): AppMemory {
    return this.#spare.pop() ?? this.#create();
  }

  /** Nobody may use it any more: neither the app's thread nor a broker. */
  give(memory: AppMemory): void {
    const buffers = buffersOf(memory);
    if (buffers === undefined || this.#spare.length >= MAX_SPARE_MEMORIES) return;
    // As new, so that nothing of one app reaches the next.
    for (const buffer of buffers) new Uint8Array(buffer).fill(0);
    this.#spare.push(memory);
  }
}

/** All that belongs to the app; undefined when an extension is of another kind, so that nobody knows how to clear it. */
function buffersOf({ wake, links }: AppMemory): SharedArrayBuffer[] | undefined {
  const buffers = [wake];
  for (const { channel, extension } of links) {
    // The doorbell is the broker's.
    buffers.push(channel.control, channel.payload, channel.events);
    for (const value of Object.values(extension ?? {})) {
      if (!(value instanceof SharedArrayBuffer)) return undefined;
      buffers.push(value);
    }
  }
  return buffers;
}
