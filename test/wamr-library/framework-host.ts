import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGuest } from 'kanchi/guest-build';
import { AppHeap, createLibc, GuestMemory, placeAppHeap } from '../support/small-libc.ts';

type Answer = number | ((...parameters: number[]) => number | undefined);

/** How a call is noted: `s` text, `d` data (two parameters: pointer, length), `i` number. */
const parameterKinds: Readonly<Record<string, string>> = {
  wasm_sensor_open: 'si',
  wasm_sensor_config: 'iiii',
  wasm_sensor_config_with_attr_container: 'id',
  wasm_sensor_close: 'i',
  wasm_create_timer: 'iii',
  wasm_timer_destroy: 'i',
  wasm_timer_cancel: 'i',
  wasm_timer_restart: 'ii',
  wasm_get_sys_tick_ms: '',
  wasm_register_resource: 's',
  wasm_sub_event: 's',
  wasm_post_request: 'd',
  wasm_response_send: 'd',
  wasm_open_connection: 'sd',
  wasm_close_connection: 'i',
  wasm_send_on_connection: 'id',
  wasm_config_connection: 'id',
};

/**
 * A stand-in for the host: the real small libc, and functions of the framework that note each call and answer what the test
 * says. It shows what a module calls and what its callbacks do, and nothing of how a host behaves.
 */
export class FrameworkHost {
  readonly memory = new GuestMemory();
  readonly heap = new AppHeap(this.memory);
  /** Calls of the framework's functions, oldest first; data as hexadecimal. */
  readonly calls: string[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;
  readonly #exports: WebAssembly.Exports;
  #printed = '';

  constructor(module: WebAssembly.Module, answers: Readonly<Record<string, Answer>> = {}) {
    this.#answers = answers;
    const libc = createLibc({
      memory: this.memory,
      heap: this.heap,
      writeStdout: (bytes) => {
        this.#printed += new TextDecoder('latin1').decode(bytes);
      },
      monotonicNs: () => 0n,
      onExit: () => {},
    });
    const env: Record<string, WebAssembly.ImportValue> = {};
    for (const { name } of WebAssembly.Module.imports(module)) {
      env[name] = libc[name] ?? ((...parameters: number[]) => this.#answer(name, parameters));
    }
    const { exports } = new WebAssembly.Instance(module, { env });
    this.#exports = exports;
    const memory = exports['memory'] as WebAssembly.Memory;
    this.memory.attach(memory);
    this.heap.place(
      placeAppHeap({ heapBase: Number((exports['__heap_base'] as WebAssembly.Global).value), memory }),
    );
  }

  call(name: string, ...parameters: readonly number[]): number {
    const found = this.#exports[name];
    if (typeof found !== 'function') throw new Error(`no export ${name}`);
    return Number(found(...parameters) ?? 0);
  }

  /** Calls back with these bytes in the app's heap, and takes them away again. */
  deliver(name: string, before: readonly number[], bytes: Uint8Array): void {
    const pointer = this.heap.allocate(bytes.length);
    this.memory.write(name, pointer, bytes);
    try {
      this.call(name, ...before, pointer, bytes.length);
    } finally {
      this.memory.write(name, pointer, new Uint8Array(bytes.length).fill(0xdd));
      this.heap.release(pointer);
    }
  }

  /** What was printed since the last call of this, line by line. */
  lines(): string[] {
    const text = this.#printed;
    this.#printed = '';
    if (text !== '' && !text.endsWith('\n')) throw new Error(`a line has no end: ${text}`);
    return text.split('\n').slice(0, -1);
  }

  /** Calls since the last call of this. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }

  hexAt(pointer: number, length: number): string {
    return Buffer.from(this.memory.read('test', pointer, length)).toString('hex');
  }

  #answer(name: string, parameters: readonly number[]): number | undefined {
    const kinds = parameterKinds[name];
    if (kinds === undefined) throw new Error(`env.${name} is no function of the framework`);
    let next = 0;
    const take = (): number => parameters[next++] ?? 0;
    const shown = kinds.split('').map((kind) => {
      if (kind === 's') return new TextDecoder().decode(this.memory.readCString(name, take()));
      return kind === 'd' ? this.hexAt(take(), take()) : String(take());
    });
    if (name !== 'wasm_get_sys_tick_ms') this.calls.push([name, ...shown].join(' '));
    const answer = this.#answers[name];
    return typeof answer === 'function' ? answer(...parameters) : answer;
  }
}

/** Compiles C text with the library, as callback-style apps are built. The compiler must have nothing to say. */
export async function compileWithLibrary(source: string): Promise<WebAssembly.Module> {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-wamr-'));
  try {
    const path = join(folder, 'app.c');
    writeFileSync(path, `#include <wamr/wamr.h>\n#include <stdio.h>\n${source}`);
    const output = join(folder, 'app.wasm');
    const outcome = await compileGuest({ sources: [path], output, libc: 'small', libraries: ['wamr'] });
    if (outcome.diagnostics !== '' || outcome.status === 'failed') throw new Error(outcome.diagnostics);
    return new WebAssembly.Module(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes of hexadecimal text; white space is left out. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/gu, ''), 'hex'));
}

/** Hexadecimal text without white space, followed by so many zero bytes. */
export function hex(text: string, zeroBytes = 0): string {
  return text.replaceAll(/\s/gu, '') + '00'.repeat(zeroBytes);
}

/** A text with its terminator, as hexadecimal. */
export function hexText(text: string): string {
  return Buffer.from(`${text}\0`).toString('hex');
}
