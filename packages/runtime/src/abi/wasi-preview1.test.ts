import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestExit } from '../guest/guest-exit.ts';
import { GuestTrap } from '../guest/guest-trap.ts';
import { MAX_IOVECS } from './wasi-preview1.ts';
import { errno, LAST_ERRNO, PAGE_BYTES, WasiFixture } from './wasi-preview1-fixture.test-support.ts';
import { wasiSignatures } from './wasi-preview1-signatures.ts';
import { MAX_WRITE_BYTES } from './wasi-preview1-streams.ts';

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
