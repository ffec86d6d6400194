import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestExit } from '../guest/guest-exit.ts';
import { GuestMemory } from '../guest/guest-memory.ts';
import { GuestTrap } from '../guest/guest-trap.ts';
import { createWasi, MAX_IOVECS, type WasiFunctions } from './wasi-preview1.ts';
import type { ClockUse } from './wasi-preview1-context.ts';
import { wasiSignatures } from './wasi-preview1-signatures.ts';
import { MAX_WRITE_BYTES } from './wasi-preview1-streams.ts';
import { MAX_SUBSCRIPTIONS } from './wasi-preview1-time.ts';

const PAGE_BYTES = 65_536;

/** Numbers of wasi_snapshot_preview1.witx. */
const errno = {
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
const LAST_ERRNO = 76;

class WasiFixture {
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

function parameterLetters(signature: string): string[] {
  return signature.slice(1, signature.indexOf(')')).split('');
}

describe('the table of WASI preview 1', () => {
  it('has a function for each of the 46 signatures', () => {
    expect(Object.keys(new WasiFixture().functions)).toEqual(Object.keys(wasiSignatures));
    expect(Object.keys(wasiSignatures)).toHaveLength(46);
  });

  it('only returns errno numbers, traps or exits, whatever a guest passes and whatever its memory holds', () => {
    const i32 = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(0, 1, 2, 3, -1, 2 * PAGE_BYTES - 8, 2 * PAGE_BYTES, -(2 ** 31), 1025),
      fc.nat(2 * PAGE_BYTES),
      fc.nat(8),
    );
    const i64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(0n, 1n, -1n));
    const parametersOf = (signature: string): fc.Arbitrary<(number | bigint)[]> =>
      fc.tuple(
        ...parameterLetters(signature).map(
          (letter): fc.Arbitrary<number | bigint> => (letter === 'I' ? i64 : i32),
        ),
      );
    const call = fc
      .constantFrom(...Object.entries(wasiSignatures))
      .chain(([name, signature]) => parametersOf(signature).map((parameters) => ({ name, parameters })));
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 6 }),
        fc.uint8Array({ minLength: 96, maxLength: 96 }),
        (calls, noise) => {
          const wasi = new WasiFixture(['app', 'ä'], { NAME: 'wert' });
          wasi.memory.write('test', 0, noise);
          wasi.memory.write('test', 2 * PAGE_BYTES - 96, noise);
          for (const { name, parameters } of calls) {
            let result: unknown = 0;
            try {
              result = wasi.call(name, ...parameters);
            } catch (error) {
              if (!(error instanceof GuestTrap || error instanceof GuestExit)) {
                throw error;
              }
            }
            expect(Number.isInteger(result) && Number(result) >= 0 && Number(result) <= LAST_ERRNO).toBe(
              true,
            );
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('arguments and environment', () => {
  it('are told in bytes of UTF-8, and fit the sizes that were told', () => {
    const wasi = new WasiFixture(['app', 'größe', '温度', '🌡'], { NAME: 'Wärme', EMPTY: '' });
    for (const [prefix, texts] of [
      ['args', ['app', 'größe', '温度', '🌡']],
      ['environ', ['NAME=Wärme', 'EMPTY=']],
    ] as const) {
      expect(wasi.call(`${prefix}_sizes_get`, 0, 4)).toBe(errno.success);
      const byteLength = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length + 1, 0);
      expect([wasi.u32(0), wasi.u32(4)]).toEqual([texts.length, byteLength]);
      wasi.memory.view('test', 1024, 256).fill(0xff);
      expect(wasi.call(`${prefix}_get`, 512, 1024)).toBe(errno.success);
      expect(texts.map((_, index) => wasi.text(wasi.u32(512 + 4 * index)))).toEqual(texts);
      expect(wasi.memory.readU8('test', 1024 + byteLength)).toBe(0xff);
    }
  });

  it('end at a NUL', () => {
    const wasi = new WasiFixture(['app', 'ab\0cd']);
    wasi.call('args_sizes_get', 0, 4);
    expect(wasi.u32(4)).toBe(7);
  });

  it('trap when they leave memory, without a byte written', () => {
    const wasi = new WasiFixture(['application']);
    expect(() => wasi.call('args_get', 512, 2 * PAGE_BYTES - 11)).toThrow(
      'wasi_snapshot_preview1.args_get: out of bounds memory access',
    );
    expect(() => wasi.call('args_get', -1, 1024)).toThrow(GuestTrap);
    expect(() => wasi.call('args_sizes_get', 0, 2 * PAGE_BYTES - 3)).toThrow(GuestTrap);
    expect(wasi.memory.read('test', 0, 2 * PAGE_BYTES).every((byte) => byte === 0)).toBe(true);
  });
});

describe('standard streams', () => {
  it('pass the buffers of one write on as one piece', () => {
    const wasi = new WasiFixture();
    wasi.memory.write('test', 256, new TextEncoder().encode('hello, world\n'));
    wasi.iovecs(0, [
      [256, 5],
      [0, 0],
      [261, 8],
    ]);
    expect(wasi.call('fd_write', 1, 0, 3, 64)).toBe(errno.success);
    expect(wasi.u32(64)).toBe(13);
    expect(wasi.call('fd_write', 2, 0, 1, 64)).toBe(errno.success);
    expect(wasi.stdout).toEqual(['hello, world\n']);
    expect(wasi.stderr).toEqual(['hello']);
  });

  it('take a large write in parts', () => {
    const wasi = new WasiFixture();
    wasi.iovecs(0, [
      [0, 100],
      [0, 2 * PAGE_BYTES],
      [0, 100],
    ]);
    expect(wasi.call('fd_write', 1, 0, 3, 64)).toBe(errno.success);
    expect(wasi.u32(64)).toBe(MAX_WRITE_BYTES);
    expect(wasi.stdout.map((text) => text.length)).toEqual([MAX_WRITE_BYTES]);
  });

  it('trap for a buffer outside memory and refuse too many buffers, and nothing is printed', () => {
    const wasi = new WasiFixture();
    wasi.iovecs(0, [
      [256, 5],
      [2 * PAGE_BYTES - 4, 5],
    ]);
    expect(() => wasi.call('fd_write', 1, 0, 2, 64)).toThrow(
      'wasi_snapshot_preview1.fd_write: out of bounds',
    );
    expect(() => wasi.call('fd_write', 1, 2 * PAGE_BYTES - 8, 2, 64)).toThrow(GuestTrap);
    expect(() => wasi.call('fd_write', 1, 0, 1, -2)).toThrow(GuestTrap);
    expect(wasi.call('fd_write', 1, 0, MAX_IOVECS + 1, 64)).toBe(errno.inval);
    expect(wasi.call('fd_write', 1, 0, -1, 64)).toBe(errno.inval);
    expect(wasi.stdout).toEqual([]);
  });

  it('have an input that is at its end', () => {
    const wasi = new WasiFixture();
    wasi.iovecs(0, [[256, 100]]);
    wasi.memory.writeU32('test', 64, 99);
    expect(wasi.call('fd_read', 0, 0, 1, 64)).toBe(errno.success);
    expect(wasi.u32(64)).toBe(0);
  });

  it('go one way only and cannot be positioned', () => {
    const wasi = new WasiFixture();
    wasi.iovecs(0, [[256, 1]]);
    expect(wasi.call('fd_write', 0, 0, 1, 64)).toBe(errno.badf);
    expect(wasi.call('fd_read', 1, 0, 1, 64)).toBe(errno.badf);
    expect(wasi.call('fd_seek', 1, 0n, 0, 64)).toBe(errno.spipe);
    expect(wasi.call('fd_tell', 1, 64)).toBe(errno.spipe);
    expect(wasi.call('fd_pread', 0, 0, 1, 0n, 64)).toBe(errno.spipe);
    expect(wasi.call('fd_pwrite', 1, 0, 1, 0n, 64)).toBe(errno.spipe);
    expect(wasi.call('fd_readdir', 1, 256, 64, 0n, 64)).toBe(errno.notdir);
  });

  it('are character devices, which is what makes C flush at each line', () => {
    const wasi = new WasiFixture();
    wasi.memory.view('test', 0, 64).fill(0xff);
    expect(wasi.call('fd_filestat_get', 1, 0)).toBe(errno.success);
    expect(wasi.memory.readU8('test', 16)).toBe(2);
    expect(wasi.memory.read('test', 24, 40)).toEqual(new Uint8Array(40));
    expect(wasi.call('fd_fdstat_get', 1, 0)).toBe(errno.success);
    expect(wasi.memory.readU8('test', 0)).toBe(2);
    const seekAndTell = (1n << 2n) | (1n << 5n);
    expect(wasi.memory.readU64('test', 8) & seekAndTell).toBe(0n);
  });

  it('can be closed, once, and keep a number given to itself', () => {
    const wasi = new WasiFixture();
    wasi.iovecs(0, [[256, 1]]);
    expect(wasi.call('fd_renumber', 1, 1)).toBe(errno.success);
    expect(wasi.call('fd_write', 1, 0, 1, 64)).toBe(errno.success);
    expect(wasi.call('fd_renumber', 2, 1)).toBe(errno.success);
    expect(wasi.call('fd_write', 1, 0, 1, 64)).toBe(errno.success);
    expect([wasi.stdout.length, wasi.stderr.length]).toEqual([1, 1]);
    expect(wasi.call('fd_close', 1)).toBe(errno.success);
    expect(wasi.call('fd_close', 1)).toBe(errno.badf);
    expect(wasi.call('fd_write', 1, 0, 1, 64)).toBe(errno.badf);
  });
});

describe('files and sockets', () => {
  it('do not exist: no directory is open and each call returns an errno', () => {
    const wasi = new WasiFixture();
    wasi.memory.write('test', 0, new TextEncoder().encode('/etc/passwd'));
    for (const descriptor of [3, 4, -1]) {
      expect(wasi.call('fd_prestat_get', descriptor, 64)).toBe(errno.badf);
      expect(wasi.call('path_open', descriptor, 0, 0, 11, 0, -1n, -1n, 0, 64)).toBe(errno.badf);
      expect(wasi.call('sock_accept', descriptor, 0, 64)).toBe(errno.badf);
    }
    const paths = Object.entries(wasiSignatures).filter(([name]) => name.startsWith('path_'));
    expect(paths).toHaveLength(10);
    for (const [name, signature] of paths) {
      const parameters = parameterLetters(signature).map((letter) => (letter === 'I' ? 0n : 0));
      expect([name, wasi.call(name, ...parameters)]).toEqual([name, errno.notcapable]);
    }
    for (const name of ['sock_accept', 'sock_recv', 'sock_send', 'sock_shutdown']) {
      expect(wasi.call(name, 1, 0, 0, 0, 0, 0)).toBe(errno.notsock);
    }
  });
});

describe('time', () => {
  it('is the injected clock', () => {
    const wasi = new WasiFixture();
    expect(wasi.call('clock_time_get', 1, 0n, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1000n);
    expect(wasi.call('clock_time_get', 0, 0n, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1_700_000_000_000_000_000n);
    expect(wasi.call('clock_res_get', 1, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1n);
    for (const other of [2, 3, 4, -1]) {
      expect(wasi.call('clock_time_get', other, 0n, 8)).toBe(errno.inval);
      expect(wasi.call('clock_res_get', other, 8)).toBe(errno.inval);
    }
  });

  it('is refused use by use, naming the call', () => {
    const wasi = new WasiFixture();
    wasi.refused.add('wall').add('sleep');
    wasi.clockSubscription(0, 1, 5n, 0, 7n);
    expect(wasi.call('clock_time_get', 1, 0n, 256)).toBe(errno.success);
    expect(wasi.call('clock_time_get', 0, 0n, 256)).toBe(errno.notcapable);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.notcapable);
    expect(wasi.sleeps).toEqual([]);
    expect(wasi.asked).toEqual([
      'wasi_snapshot_preview1.clock_time_get monotonic',
      'wasi_snapshot_preview1.clock_time_get wall',
      'wasi_snapshot_preview1.poll_oneoff sleep',
    ]);
  });

  it('sleeps to the earliest of several deadlines and tells which are due', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    wasi.clockSubscription(48, 1, 300n, 0, 11n);
    wasi.clockSubscription(96, 1, 1300n, 1, 12n);
    wasi.memory.view('test', 256, 96).fill(0xff);
    expect(wasi.call('poll_oneoff', 0, 256, 3, 512)).toBe(errno.success);
    expect(wasi.sleeps).toEqual([1300n]);
    expect(wasi.u32(512)).toBe(2);
    expect([wasi.memory.readU64('test', 256), wasi.memory.readU64('test', 288)]).toEqual([11n, 12n]);
    expect(wasi.memory.read('test', 264, 24)).toEqual(new Uint8Array(24));
  });

  it('sleeps to a wall time and saturates a deadline that no clock reaches', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 0, wasi.wallNs + 250n, 1, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    wasi.clockSubscription(0, 0, 0n, 1, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    wasi.clockSubscription(0, 1, 2n ** 64n - 1n, 0, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    expect(wasi.sleeps).toEqual([1250n, 1250n - 1_700_000_000_000_000_000n, 2n ** 63n - 1n]);
  });

  it('tells that a sleep was interrupted by the request to stop', () => {
    const wasi = new WasiFixture();
    wasi.interrupt = true;
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.intr);
  });

  it('waits for clocks only, and for a bounded number', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    wasi.memory.writeU8('test', 8, 1);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.notsup);
    wasi.memory.writeU8('test', 8, 9);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.inval);
    wasi.clockSubscription(0, 2, 500n, 0, 10n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.inval);
    expect(wasi.call('poll_oneoff', 0, 256, 0, 512)).toBe(errno.inval);
    expect(wasi.call('poll_oneoff', 0, 256, MAX_SUBSCRIPTIONS + 1, 512)).toBe(errno.inval);
    expect(() => wasi.call('poll_oneoff', 2 * PAGE_BYTES - 47, 256, 1, 512)).toThrow(GuestTrap);
    expect(() => wasi.call('poll_oneoff', 0, 2 * PAGE_BYTES - 31, 1, 512)).toThrow(GuestTrap);
    expect(wasi.sleeps).toEqual([]);
  });
});

describe('random bytes and the end', () => {
  it('fills exactly the range', () => {
    const wasi = new WasiFixture();
    expect(wasi.call('random_get', 10, 70_000)).toBe(errno.success);
    const bytes = wasi.memory.read('test', 9, 70_002);
    expect(bytes.subarray(1, 70_001).every((byte) => byte === 0xa5)).toBe(true);
    expect([bytes[0], bytes[70_001]]).toEqual([0, 0]);
    expect(() => wasi.call('random_get', 10, -1)).toThrow('wasi_snapshot_preview1.random_get: out of bounds');
  });

  it('exits with the code, unsigned', () => {
    const wasi = new WasiFixture();
    expect(() => wasi.call('proc_exit', 42)).toThrow(expect.objectContaining({ exitCode: 42 }));
    expect(() => wasi.call('proc_exit', -1)).toThrow(expect.objectContaining({ exitCode: 0xffff_ffff }));
    expect(() => wasi.call('proc_exit', 0)).toThrow(GuestExit);
    expect(wasi.call('proc_raise', 6)).toBe(errno.notsup);
    expect(wasi.call('sched_yield')).toBe(errno.success);
  });
});
