import type { AbiGuest, AppContext } from '@kanchi/runtime/extension';
import { GuestTrap } from '@kanchi/runtime/extension';

/** An app that exports one is called for the memory of what it is given. */
const ALLOCATOR = 'its allocator';

type GuestFunction = (...parameters: number[]) => unknown;

/** What WAMR calls the engine's traps, where V8 has other words. */
const trapTexts: Readonly<Record<string, string>> = {
  'memory access out of bounds': 'out of bounds memory access',
  'divide by zero': 'integer divide by zero',
  'remainder by zero': 'integer divide by zero',
  'table index is out of bounds': 'undefined element',
  'null function or function signature mismatch': 'indirect call type mismatch',
};

/**
 * The callbacks that one app exports. A trap in one is told in the app's log, and the app goes on, as in the original. Data
 * is copied into the app's heap for the time of the call.
 */
export class AppCallbacks {
  readonly #context: AppContext;
  readonly #guest: AbiGuest;

  constructor(context: AppContext, guest: AbiGuest) {
    this.#context = context;
    this.#guest = guest;
  }

  /** Calls `on_init`. What it returns is why the app cannot go on, as the original says it; undefined when all is well. */
  start(): string | undefined {
    const callback = this.#find('on_init');
    if (callback === undefined) return 'Cannot find function on_init().';
    this.#context.counters.add('callbacks');
    const { turns } = this.#context;
    const trap = this.#contain(() => turns.start('on_init', () => callback()));
    return trap === undefined ? undefined : `on_init: ${trap}`;
  }

  /** Does nothing when the app has no such function. */
  call(name: string, ...parameters: readonly number[]): void {
    const callback = this.#find(name);
    if (callback === undefined) return;
    this.#context.counters.add('callbacks');
    const { turns } = this.#context;
    this.#contain(() => turns.callback(name, () => callback(...parameters)));
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** `name(...before, pointer, length)` with the bytes at the pointer. */
  callWithBytes(name: string, before: readonly number[], bytes: Uint8Array): void {
    if (!this.has(name)) return;
    const { turns } = this.#context;
    let pointer = 0;
    const trap = this.#contain(() => {
      pointer = turns.callback(ALLOCATOR, () => this.#guest.heap.allocate(bytes.length));
    });
    if (trap !== undefined) return;
    if (pointer === 0) {
      this.tell('warning', `allocate ${bytes.length} bytes memory failed: an event for ${name} is lost`);
      return;
    }
    // An allocator of the app's own can return anything.
    const unwritten = this.#contain(() => this.#context.memory.write(name, pointer, bytes));
    if (unwritten === undefined) this.call(name, ...before, pointer, bytes.length);
    this.#contain(() => turns.callback(ALLOCATOR, () => this.#guest.heap.free(pointer)));
  }

  tell(level: 'error' | 'warning', text: string): void {
    this.#context.log.write(level, new TextEncoder().encode(text));
  }

  /** What the guest broke on, which is told; undefined when it did not. */
  #contain(action: () => void): string | undefined {
    const trap = this.#context.ending.contain(action);
    if (trap === undefined) return undefined;
    const text = textOf(trap);
    this.tell('error', `Got exception running wasm code: Exception: ${text}`);
    return text;
  }

  #find(name: string): GuestFunction | undefined {
    const found = this.#guest.exports[`_${name}`] ?? this.#guest.exports[name];
    return typeof found === 'function' ? (found as GuestFunction) : undefined;
  }
}

function textOf(trap: unknown): string {
  if (!(trap instanceof Error)) return String(trap);
  if (trap instanceof GuestTrap) return trap.message;
  if ('exitCode' in trap) return `env.exit(${Number(trap.exitCode) | 0})`;
  return trapTexts[trap.message] ?? trap.message;
}
