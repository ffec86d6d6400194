import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MockBoard, VirtualClock } from '@kanchi/hal/mock';
import type { Board } from '@kanchi/runtime';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_WAITING_EDGES } from '../bench/edge-feed.ts';
import type { ConsoleIo } from '../console-io.ts';
import { createMockHardware } from '../mock-hardware.ts';
import { runGpioCommand } from './gpio.ts';
import { runI2cCommand } from './i2c.ts';
import { runSpiCommand } from './spi.ts';

const folder = mkdtempSync(join(tmpdir(), 'kanchi-bench-'));
writeFileSync(
  join(folder, 'board.json'),
  JSON.stringify({
    kanchi: 1,
    name: 'desk',
    lines: {
      lamp: { line: 17, direction: 'output', safeLevel: 0 },
      heater: { line: 22, direction: 'output', safeLevel: 1, activeLow: true },
      button: { line: 27, bias: 'pull-down' },
    },
    i2c: {
      devices: {
        environment: {
          bus: 1,
          address: '0x76',
          part: 'bme280',
          registerAddressing: { write: 'pairs' },
        },
        memory: { bus: 1, address: '0x50', registerAddressing: { addressBytes: 2 } },
      },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 0, part: 'mcp3008' } } },
    world: { adc: { channel1Volts: 1.65 } },
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The command in this process, on a board that the test can look at. */
class Session {
  readonly clock = new VirtualClock();
  out = '';
  errors = '';
  outputLost = (): void => {};
  #mock: MockBoard | undefined;

  readonly io: ConsoleIo = {
    out: (text) => {
      this.out += text;
    },
    outBytes: () => {},
    error: (text) => {
      this.errors += text;
    },
    errorBytes: () => {},
    isTerminal: false,
    terminalSize: () => undefined,
    afterWritten: (action) => action(),
    onOutputLost: (action) => {
      this.outputLost = action;
      return () => {};
    },
  };

  readonly create = (_: string, board: Board) => {
    this.#mock = createMockHardware(board, this.clock);
    return { hal: this.#mock, clock: this.clock };
  };

  get mock(): MockBoard {
    if (this.#mock === undefined) throw new TypeError('the command has used no hardware');
    return this.#mock;
  }

  get hasTouchedHardware(): boolean {
    return this.#mock !== undefined;
  }

  gpio(...words: string[]): Promise<number> {
    return runGpioCommand([...words, '--board', folder, '--backend', 'mock'], this.io, this.create);
  }

  i2c(...words: string[]): number {
    return runI2cCommand([...words, '--board', folder, '--backend', 'mock'], this.io, this.create);
  }

  spi(...words: string[]): number {
    return runSpiCommand([...words, '--board', folder, '--backend', 'mock'], this.io, this.create);
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listenerCount = (): number => signals.reduce((sum, name) => sum + process.listenerCount(name), 0);

describe('kanchi gpio write', () => {
  it('drives the line for the time, then to its safe level', async () => {
    const before = listenerCount();
    const session = new Session();
    const ended = session.gpio('write', 'lamp', '1', '--seconds', '2');
    const lamp = session.mock.line(17);
    await vi.advanceTimersByTimeAsync(1999);
    expect([lamp.direction(), lamp.level(), lamp.owner()]).toEqual(['output', 1, 'kanchi gpio']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await ended).toBe(0);
    const edges = session.mock.trace.entries().filter(({ kind }) => kind === 'edge');
    expect(edges.map(({ source, a }) => [source, a])).toEqual([
      ['pinctrl-mock/17', 1],
      ['pinctrl-mock/17', 0],
    ]);
    expect(session.mock.openHandleCount()).toBe(0);
    expect(session.out).toBe('lamp 1\n');
    expect(session.errors).toContain('"lamp" is driven for 2 s, then to its safe level 0');
    expect([listenerCount() - before, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it.each(signals)('ends at %s, also without a time', async (signal) => {
    const before = listenerCount();
    const session = new Session();
    const ended = session.gpio('write', 'heater', '0');
    const heater = session.mock.line(22);
    const levels: number[] = [];
    heater.onChange((level) => levels.push(level));
    await vi.advanceTimersByTimeAsync(60_000);
    // Active low: logical 0 is the high level, the safe level 1 the low one.
    expect(heater.level()).toBe(1);
    process.emit(signal, signal);
    expect(await ended).toBe(0);
    expect(levels[0]).toBe(0);
    expect([listenerCount() - before, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('ends when nobody reads the output any more', async () => {
    const session = new Session();
    const ended = session.gpio('write', 'lamp', '1');
    await vi.advanceTimersByTimeAsync(10);
    session.outputLost();
    expect(await ended).toBe(0);
    expect(session.mock.openHandleCount()).toBe(0);
  });

  it('does not drive an input of the board file', async () => {
    const session = new Session();
    await expect(session.gpio('write', 'button', '1')).rejects.toMatchObject({
      code: 'HAL_GPIO_MODE',
      message: expect.stringContaining('line "button" is an input in the board file'),
    });
    expect(session.hasTouchedHardware).toBe(false);
  });
});

describe('kanchi gpio read', () => {
  it('gives the level, and lets go of the line', async () => {
    const session = new Session();
    expect(await session.gpio('read', 'button')).toBe(0);
    expect(await session.gpio('read', 'button', '--json')).toBe(0);
    expect(session.out).toBe('button 0\n{"line":"button","level":0,"simulated":true}\n');
    expect(session.mock.openHandleCount()).toBe(0);
  });

  it('does not make an input of what the board file drives', async () => {
    const session = new Session();
    await expect(session.gpio('read', 'lamp')).rejects.toMatchObject({ code: 'HAL_GPIO_MODE' });
    expect(session.hasTouchedHardware).toBe(false);
  });
});

describe('kanchi gpio watch', () => {
  it('prints each edge with its time, and counts them', async () => {
    const session = new Session();
    const ended = session.gpio('watch', 'button', '--seconds', '1', '--json');
    const button = session.mock.line(27);
    session.clock.spend(250_000_000n);
    button.drive(1);
    session.clock.spend(1_000n);
    button.drive(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe(0);
    expect(session.out).toBe(
      '{"line":"button","level":1,"seconds":0.25,"sequence":1,"simulated":true}\n' +
        '{"line":"button","level":0,"seconds":0.250001,"sequence":2,"simulated":true}\n',
    );
    expect(session.errors).toContain('kanchi: 2 edges\n');
  });

  it('watches the edges that are asked for', async () => {
    const session = new Session();
    const ended = session.gpio('watch', 'button', '--seconds', '1', '--edges', 'falling');
    const button = session.mock.line(27);
    button.drive(1);
    session.clock.spend(2_000_000_000n);
    button.drive(0);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe(0);
    expect(session.out).toBe('button 0 at 2.000000000 s\n');
  });

  it('tells how many edges were lost where more came than can wait', async () => {
    const session = new Session();
    const ended = session.gpio('watch', 'button', '--seconds', '1');
    const button = session.mock.line(27);
    for (let count = 0; count < MAX_WAITING_EDGES + 3; count += 1) {
      session.clock.spend(1000n);
      button.drive(count % 2 === 0 ? 1 : 0);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(await ended).toBe(0);
    expect(session.errors).toContain('kanchi: 3 edges were lost before the next one\n');
    expect(session.errors).toContain(`kanchi: ${MAX_WAITING_EDGES} edges, 3 lost\n`);
  });
});

describe('kanchi i2c', () => {
  it('reads registers in one transaction with their address', () => {
    const session = new Session();
    // Chip identification of a BME280 (datasheet, section 5.4.1).
    expect(session.i2c('read', 'environment', '0xd0')).toBe(0);
    expect(session.i2c('read', 'environment', '208', '1', '--json')).toBe(0);
    expect(session.out).toBe('0x60\n{"device":"environment","register":208,"bytes":[96],"simulated":true}\n');
  });

  it('writes, and reads back what it wrote', () => {
    const session = new Session();
    const { create } = session;
    let made: ReturnType<typeof create> | undefined;
    const once = (name: string, board: Board) => {
      made ??= create(name, board);
      return made;
    };
    const run = (...words: string[]) =>
      runI2cCommand([...words, '--board', folder, '--backend', 'mock'], session.io, once);
    expect(run('write', 'environment', '0xf4', '0x25')).toBe(0);
    expect(run('transfer', 'environment', '0xf4', '--read', '2')).toBe(0);
    expect(session.out).toBe('environment: 2 bytes written\n0x25 0x00\n');
  });

  it('sends a register of two bytes with the high one first', () => {
    const session = new Session();
    expect(() => session.i2c('read', 'memory', '0x0110', '4')).toThrow(
      expect.objectContaining({
        code: 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS',
        message: expect.stringMatching(
          /^i2c "memory" \(bus 1, address 0x50\): .*kanchi scan shows who answers$/u,
        ),
      }),
    );
    expect(session.mock.openHandleCount()).toBe(0);
  });
});

describe('kanchi spi', () => {
  it('prints what comes while the bytes go out', () => {
    const session = new Session();
    // MCP3008 (DS21295, section 6.1): start bit, single-ended channel 1; floating until the null bit, then ten bits. Half of the
    // reference is 512.
    expect(session.spi('transfer', 'adc', '0x01', '0x90', '0x00')).toBe(0);
    expect(session.out).toBe('0xff 0xfa 0x00\n');
  });

  it('with --read what comes behind them', () => {
    const session = new Session();
    expect(session.spi('transfer', 'adc', '1', '--read', '2', '--json')).toBe(0);
    expect(session.out).toBe('{"device":"adc","written":1,"bytes":[248,0],"simulated":true}\n');
  });
});
