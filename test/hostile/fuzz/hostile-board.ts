import type { WorldClock } from '@kanchi/hal';
import {
  Bcm2835GpioBlock,
  type MmioBlock,
  MockBoard,
  RegisterMapChip,
  type UartLink,
} from '@kanchi/hal/mock';

/** The board file that hostile calls are made on: one of everything, and beside each thing a second one. */
export const hostileBoard = {
  kanchi: 1,
  name: 'everything',
  lines: {
    lamp: { line: 17, direction: 'output' },
    relay: { line: 22, direction: 'output', activeLow: true, safeLevel: 1 },
    key: { line: 4 },
    door: { line: 27, activeLow: true },
  },
  i2c: {
    buses: { trunk: { bus: 1 }, branch: { bus: 2 } },
    devices: {
      chip: { bus: 1, address: 0x50, registerAddressing: { addressBytes: 1, write: 'increment' } },
      pairs: { bus: 1, address: 0x76, registerAddressing: { addressBytes: 1, write: 'pairs' } },
      wide: { bus: 1, address: 0x51, registerAddressing: { addressBytes: 2, write: 'increment' } },
      plain: { bus: 1, address: 0x20 },
      aside: { bus: 2, address: 0x30, registerAddressing: { addressBytes: 1, write: 'increment' } },
    },
  },
  spi: {
    devices: {
      adc: { bus: 0, chipSelect: 0, clockHz: 1_000_000, mode: 0 },
      flash: { bus: 0, chipSelect: 1, clockHz: 8_000_000, mode: 3 },
    },
  },
  uart: {
    ports: {
      port: { port: '/dev/serial0', baud: 115_200 },
      modem: { port: '/dev/ttyUSB0', baud: 921_600 },
    },
  },
  mmio: {
    windows: {
      pins: {
        device: '/dev/gpiomem',
        byteLength: 180,
        registers: {
          GPSET0: { offset: 0x1c, writeOneOnly: true },
          GPCLR0: { offset: 0x28, writeOneOnly: true },
          GPLEV0: { offset: 0x34 },
        },
      },
      block: {
        device: '/dev/uio0',
        base: 0x40,
        byteLength: 64,
        registers: { STATUS: { offset: 0x10, writeOneOnly: true } },
      },
    },
  },
  pwm: {
    channels: {
      servo: { channel: 0, periodNs: 20_000_000 },
      fan: { channel: 2, periodNs: 40_000, safeDutyNs: 5_000, polarity: 'inversed' },
    },
  },
  sensors: {
    core: { driver: 'thermal-zone', options: { zone: 'cpu-thermal' }, maximumRateHz: 1000 },
    skin: { driver: 'thermal-zone', options: { zone: 'skin' }, maximumRateHz: 1000 },
  },
} as const;

/** The kernel's files behind the sensors. */
export const hostileKernelFiles = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '45000\n',
  '/sys/class/thermal/thermal_zone1/type': 'skin\n',
  '/sys/class/thermal/thermal_zone1/temp': '31000\n',
};

/** More than one call can cause: the longest transaction has 8192 bytes in 32 operations. */
const TRACE_CAPACITY = 16_384;

/** What the world does to the board beside the app. */
export interface HostileHardware {
  readonly board: MockBoard;
  /** Drives a line that the board file has as input. */
  readonly driveInput: (label: 'key' | 'door', level: 0 | 1) => void;
  /** The far end of a serial port sends. */
  readonly send: (port: keyof typeof hostileBoard.uart.ports, bytes: Uint8Array) => void;
}

/** Mock hardware that fits the board file. The inputs are driven from outside, so that no pull of an app moves them. */
export function createHostileHardware(clock: WorldClock): HostileHardware {
  const { i2c, spi, uart, mmio, lines } = hostileBoard;
  const board = new MockBoard({ clock, trace: { capacity: TRACE_CAPACITY } });
  for (const { bus } of Object.values(i2c.buses)) board.declareI2cBus(bus);
  for (const device of Object.values(i2c.devices)) {
    const options =
      'registerAddressing' in device
        ? {
            pointerBytes: device.registerAddressing.addressBytes,
            writeStyle: device.registerAddressing.write,
          }
        : {};
    board.attachI2cChip(device.bus, device.address, new PlainChip(options));
  }
  for (const { bus, chipSelect } of Object.values(spi.devices)) board.declareSpiDevice(bus, chipSelect);
  const links = new Map<string, UartLink>();
  for (const [label, { port }] of Object.entries(uart.ports)) {
    board.attachUartPeer(port, { receive: () => {}, connect: (link) => void links.set(label, link) });
  }
  board.attachMmioBlock(mmio.windows.pins.device, new Bcm2835GpioBlock(board));
  board.attachMmioBlock(mmio.windows.block.device, new PlainRegisters());
  const driveInput: HostileHardware['driveInput'] = (label, level) =>
    board.line(lines[label].line).drive(level);
  driveInput('key', 0);
  driveInput('door', 0);
  board.trace.clear();
  return { board, driveInput, send: (port, bytes) => links.get(port)?.send(bytes) };
}

class PlainChip extends RegisterMapChip {}

/** Registers that keep what is written, in every width, also beside the window that the board file has of them. */
class PlainRegisters implements MmioBlock {
  readonly byteLength = 256;
  readonly widths = [8, 16, 32] as const;
  readonly #view = new DataView(new ArrayBuffer(256));

  read(offset: number, width: 8 | 16 | 32): number {
    if (width === 8) return this.#view.getUint8(offset);
    return width === 16 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true);
  }

  write(offset: number, width: 8 | 16 | 32, value: number): void {
    if (width === 8) this.#view.setUint8(offset, value);
    else if (width === 16) this.#view.setUint16(offset, value, true);
    else this.#view.setUint32(offset, value, true);
  }
}
