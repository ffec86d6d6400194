import { GuestMemory } from '../guest/guest-memory.ts';
import { createWasi, type WasiFunctions } from './wasi-preview1.ts';
import type { ClockUse } from './wasi-preview1-context.ts';

export const PAGE_BYTES = 65_536;

/** Numbers of wasi_snapshot_preview1.witx. */
export const errno = {
  success: 0,
  badf: 8,
  intr: 27,
  inval: 28,
  notdir: 54,
  notsock: 57,
  notsup: 58,
  spipe: 70,
  notcapable: 76,
} as const;
export const LAST_ERRNO = 76;

/** WASI over two pages of memory, with a clock that sleeping advances. */
export class WasiFixture {
  readonly memory = new GuestMemory();
  readonly functions: WasiFunctions;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly sleeps: bigint[] = [];
  readonly refused = new Set<ClockUse>();
  readonly asked: string[] = [];
  nowNs = 1000n;
  wallNs = 1_700_000_000_000_000_000n;
  interrupt = false;

  constructor(commandLine: readonly string[] = ['app'], environment: Readonly<Record<string, string>> = {}) {
    this.memory.attach(new WebAssembly.Memory({ initial: 2 }));
    this.functions = createWasi({
      memory: this.memory,
      arguments: commandLine,
      environment,
      writeStdout: (bytes) => this.stdout.push(new TextDecoder('latin1').decode(bytes)),
      writeStderr: (bytes) => this.stderr.push(new TextDecoder('latin1').decode(bytes)),
      clock: { nowNs: () => this.nowNs, wallNs: () => this.wallNs },
      mayUseClock: (call, use) => {
        this.asked.push(`${call} ${use}`);
        return !this.refused.has(use);
      },
      sleepUntil: (deadlineNs) => {
        this.sleeps.push(deadlineNs);
        if (this.interrupt) {
          return false;
        }
        if (deadlineNs > this.nowNs) {
          this.nowNs = deadlineNs;
        }
        return true;
      },
      fillRandom: (bytes) => bytes.fill(0xa5),
    });
  }

  call(name: string, ...parameters: readonly (number | bigint)[]): number | undefined {
    const called = this.functions[name];
    if (called === undefined) {
      throw new Error(`there is no ${name}`);
    }
    return called(...parameters);
  }

  u32(pointer: number): number {
    return this.memory.readU32('test', pointer);
  }

  text(pointer: number): string {
    return new TextDecoder().decode(this.memory.readCString('test', pointer));
  }

  /** Writes a list of buffers at an address. */
  iovecs(pointer: number, buffers: readonly (readonly [pointer: number, byteLength: number])[]): number {
    for (const [index, [start, byteLength]] of buffers.entries()) {
      this.memory.writeU32('test', pointer + 8 * index, start);
      this.memory.writeU32('test', pointer + 8 * index + 4, byteLength);
    }
    return pointer;
  }

  clockSubscription(
    pointer: number,
    clockId: number,
    timeoutNs: bigint,
    flags: number,
    userData: bigint,
  ): void {
    this.memory.view('test', pointer, 48).fill(0);
    this.memory.writeU64('test', pointer, userData);
    this.memory.writeU32('test', pointer + 16, clockId);
    this.memory.writeU64('test', pointer + 24, timeoutNs);
    this.memory.writeU8('test', pointer + 40, flags);
  }
}
