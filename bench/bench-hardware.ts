import { readFileSync } from 'node:fs';
import type { GpioLine } from '@kanchi/hal';
import { Bcm2835GpioBlock, MockBoard, RegisterMapChip, type SpiChip, VirtualClock } from '@kanchi/hal/mock';
import { type AppPackage, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';

export const I2C_BUS = 1;
export const I2C_ADDRESS = 0x76;
export const MMIO_DEVICE = '/dev/gpiomem';
/** The line of the host's own writes and of the guest's register writes; the guest's line is 17. */
const HOST_LINE = 27;
export const HOST_CHIP_SELECT = 1;

/** Registers that can be read and written, and nothing else. */
class PlainChip extends RegisterMapChip {}

/** Answers each byte with the one before it. */
class ShiftChip implements SpiChip {
  #last = 0;

  select(): void {}

  exchange(value: number): number {
    const answer = this.#last;
    this.#last = value;
    return answer;
  }

  deselect(): void {}
}

export interface BenchHardware {
  readonly board: MockBoard;
  readonly clock: VirtualClock;
  /** An output that the benchmark itself owns. */
  readonly line: GpioLine;
}

/** The board of the benchmark. Its time is virtual: bus time is accounted for and costs nothing. */
export function createBenchHardware(): BenchHardware {
  const clock = new VirtualClock();
  const board = new MockBoard({
    clock,
    i2c: { buses: [I2C_BUS] },
    spi: { devices: [{ bus: 0, chipSelect: 0 }] },
  });
  board.attachI2cChip(I2C_BUS, I2C_ADDRESS, new PlainChip());
  board.attachSpiChip(0, 0, new ShiftChip());
  // A chip select has one owner: the host's own loop gets another one.
  board.attachSpiChip(0, HOST_CHIP_SELECT, new ShiftChip());
  board.attachMmioBlock(MMIO_DEVICE, new Bcm2835GpioBlock(board));
  const line = board.openGpioLine({ offset: HOST_LINE, consumer: 'bench', direction: 'output' });
  return { board, clock, line };
}

/** Where the guest finds what it calls. */
export interface BenchPlaces {
  readonly i2cAddress: number;
  readonly chipSelect: number;
  readonly mmioDevice: string;
  readonly mmioBase: number;
}

const mockPlaces: BenchPlaces = {
  i2cAddress: I2C_ADDRESS,
  chipSelect: 0,
  mmioDevice: MMIO_DEVICE,
  mmioBase: 0,
};

/** The guest with a manifest as narrow as a real one: registers of the device, bits of the registers. */
export function loadBenchApp(appArguments: readonly string[], places = mockPlaces): AppPackage {
  const manifest = parseManifest(
    {
      kanchi: 1,
      name: 'bench-guest',
      version: '0.0.0',
      arguments: appArguments,
      // What calls cost is measured without waits and refusals.
      limits: { hostCallsPerSecond: 1_000_000_000, busMicrosecondsPerSecond: 1_000_000 },
      permissions: [
        { kind: 'gpio', line: 'line', actions: ['read', 'write'] },
        {
          kind: 'i2c',
          device: 'device',
          actions: ['read', 'write'],
          registers: [
            { first: '0x88', last: '0xa1', actions: ['read'] },
            { first: '0xd0', last: '0xd0', actions: ['read'] },
            { first: '0xf4', last: '0xf5', actions: ['write'] },
            { first: '0xf7', last: '0xfe', actions: ['read'] },
          ],
        },
        { kind: 'spi', device: 'chip' },
        {
          kind: 'mmio',
          window: 'registers',
          registers: [
            { offset: '0x1c', actions: ['write'], writeMask: 2 ** HOST_LINE },
            { offset: '0x28', actions: ['write'], writeMask: 2 ** HOST_LINE },
          ],
        },
      ],
    },
    'manifest of the benchmark',
  );
  const board = parseBoard(
    {
      kanchi: 1,
      name: 'bench',
      lines: { line: { line: 17, direction: 'output' } },
      i2c: {
        devices: {
          device: { bus: I2C_BUS, address: places.i2cAddress, registerAddressing: { addressBytes: 1 } },
        },
      },
      spi: { devices: { chip: { bus: 0, chipSelect: places.chipSelect } } },
      mmio: {
        windows: {
          registers: {
            device: places.mmioDevice,
            base: places.mmioBase,
            byteLength: 180,
            registers: {
              GPSET0: { offset: '0x1c', writeOneOnly: true },
              GPCLR0: { offset: '0x28', writeOneOnly: true },
            },
          },
        },
      },
    },
    'board of the benchmark',
  );
  // This file runs from bench/dist.
  const url = new URL('../guests/build/bench-guest.wasm', import.meta.url);
  const module = loadModule(readFileSync(url), {
    source: 'bench/guests/build/bench-guest.wasm',
    maximumPages: manifest.limits.memoryPages,
  });
  return { manifest, board, module };
}
