import { HalError, type WorldClock } from '@kanchi/hal';
import { Bcm2835GpioBlock, type HardwareTarget, MockBoard } from '@kanchi/hal/mock';
import { headerLineNames } from '@kanchi/hal/raspberry-pi';
import type { Board } from '@kanchi/runtime';
import { RuntimeError } from '@kanchi/runtime/extension';
import { SensorError } from '@kanchi/sensor-framework';
import {
  findSimulatedPart,
  type SimulatedPart,
  type SimulatedPartContext,
} from '@kanchi/sensor-framework/sim';
import type { LineLevels } from './live-line.ts';
import { schedulePlugging, splitPlugging } from './mock-plugging.ts';
import { SIMULATED_CHIP } from './simulated-line-names.ts';

/** Part name of the Broadcom GPIO registers, which act on the board's own lines. */
const GPIO_REGISTERS = 'bcm2835-gpio';

type PartOf<Kind extends SimulatedPart['kind']> = Extract<SimulatedPart, { readonly kind: Kind }>;

/**
 * Builds simulated hardware for a board file: every entry with a "part" gets that simulated part, and "world" says how
 * its quantities move. Buses, ports and chip selects exist also without a part; nobody answers there.
 *
 * Throws RuntimeError KANCHI_BOARD_INVALID, which names the board file and the field: a part, quantity or signal that is
 * not known, a part that is wired to the wrong kind of bus, a line or bus that the simulated board cannot have.
 */
export function createMockHardware(board: Board, clock: WorldClock): MockBoard {
  try {
    return buildHardware(board, clock);
  } catch (error) {
    if (error instanceof HalError) {
      throw new RuntimeError('KANCHI_BOARD_INVALID', `${board.source}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function buildHardware(board: Board, clock: WorldClock): MockBoard {
  const hardware = new MockBoard({
    clock,
    chips: [{ label: SIMULATED_CHIP, lineCount: 54, lineNames: headerLineNames }, ...otherChips(board)],
    i2c: { buses: [...board.i2cBuses.values(), ...board.i2cDevices.values()].map(({ bus }) => bus) },
    spi: { devices: [...board.spiDevices.values()].map(({ bus, chipSelect }) => ({ bus, chipSelect })) },
    pwm: pwmChips(board),
    uart: { ports: [...board.uartPorts.values()].map(({ port }) => port) },
  });
  const create = <Device>(part: { create(context: SimulatedPartContext): Device }, label: string): Device =>
    telling(board, `world.${label}`, () => part.create({ clock, world: worldOf(label).quantities }));
  const worldOf = (label: string) =>
    telling(board, `world.${label}`, () => splitPlugging(board.world.get(label) ?? {}));
  const plug = (label: string, target: HardwareTarget): void =>
    schedulePlugging(hardware, clock, target, worldOf(label).plugged);
  checkWorld(board);
  for (const [label, { line, chip, part }] of board.lines) {
    const lineCount = hardware.lineCount(chip);
    if (line >= lineCount) {
      throw new RuntimeError(
        'KANCHI_BOARD_INVALID',
        `${board.source}: "lines.${label}.line": the simulated chip has lines 0 to ${lineCount - 1}, not ${line}`,
      );
    }
    if (part !== undefined) {
      const simulated = partFor(board, `lines.${label}`, part, 'gpio');
      hardware.attachGpioPart(line, create(simulated, label), chip);
    }
  }
  for (const [label, { bus, address, part }] of board.i2cDevices) {
    if (part !== undefined) {
      const simulated = partFor(board, `i2c.devices.${label}`, part, 'i2c');
      hardware.attachI2cChip(bus, address, create(simulated, label));
      plug(label, { on: 'i2c', bus, address });
    }
  }
  for (const [label, { bus, chipSelect, part }] of board.spiDevices) {
    if (part !== undefined) {
      const simulated = partFor(board, `spi.devices.${label}`, part, 'spi');
      hardware.attachSpiChip(bus, chipSelect, create(simulated, label));
      plug(label, { on: 'spi', bus, chipSelect });
    }
  }
  for (const [label, { port, part }] of board.uartPorts) {
    if (part !== undefined) {
      const simulated = partFor(board, `uart.ports.${label}`, part, 'uart');
      hardware.attachUartPeer(port, create(simulated, label));
      plug(label, { on: 'uart', port });
    }
  }
  for (const [label, { device, part }] of board.mmioWindows) {
    if (part === undefined) {
      continue;
    }
    if (part !== GPIO_REGISTERS) {
      throw new RuntimeError(
        'KANCHI_BOARD_INVALID',
        `${board.source}: "mmio.windows.${label}.part": no simulated register block "${part}"; there is ${GPIO_REGISTERS}`,
      );
    }
    hardware.attachMmioBlock(device, new Bcm2835GpioBlock(hardware));
  }
  return hardware;
}

/** A world for something that is not simulated would have no effect, silently. */
function checkWorld(board: Board): void {
  const entries = [
    board.lines,
    board.i2cDevices,
    board.spiDevices,
    board.uartPorts,
    board.mmioWindows,
  ].flatMap((section) => [...section].map(([label, { part }]) => ({ label, part })));
  for (const label of board.world.keys()) {
    if (entries.find((entry) => entry.label === label)?.part === undefined) {
      throw new RuntimeError(
        'KANCHI_BOARD_INVALID',
        `${board.source}: "world.${label}": "${label}" has no "part", so there is nothing to simulate; say which part is wired`,
      );
    }
  }
}

/** GPIO chips that the board file names besides the one with the header lines. */
function otherChips(board: Board): { label: string; lineCount: number }[] {
  const counts = new Map<string, number>();
  for (const { chip, line } of board.lines.values()) {
    if (chip !== undefined) {
      counts.set(chip, Math.max(counts.get(chip) ?? 0, line + 1));
    }
  }
  return [...counts].map(([label, lineCount]) => ({ label, lineCount }));
}

/** PWM controllers: that of the header, which has as many channels as on a Raspberry Pi 5, and those that the board file names. */
function pwmChips(board: Board): { label: string; channelCount: number }[] {
  const counts = new Map([['pwm-mock', 4]]);
  for (const { chip = 'pwm-mock', channel } of board.pwmChannels.values()) {
    counts.set(chip, Math.max(counts.get(chip) ?? 0, channel + 1));
  }
  return [...counts].map(([label, channelCount]) => ({ label, channelCount }));
}

function partFor<Kind extends SimulatedPart['kind']>(
  board: Board,
  field: string,
  name: string,
  kind: Kind,
): PartOf<Kind> {
  const part = telling(board, `${field}.part`, () => findSimulatedPart(name));
  if (part.kind !== kind) {
    throw new RuntimeError(
      'KANCHI_BOARD_INVALID',
      `${board.source}: "${field}.part": "${name}" is wired by ${part.kind}, not by ${kind}`,
    );
  }
  return part as PartOf<Kind>;
}

/** Runs `make`; what it says about a part or its world is told with the field of the board file. */
function telling<Result>(board: Board, field: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (error instanceof SensorError) {
      throw new RuntimeError('KANCHI_BOARD_INVALID', `${board.source}: "${field}": ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Logical level of each line that the board file names, as the world sees it now. */
export function lineLevels(board: Board, hardware: MockBoard): LineLevels {
  return Object.fromEntries(
    [...board.lines].map(([label, { line, chip, activeLow }]) => {
      const level = hardware.line(line, chip).level();
      return [label, activeLow ? (level === 0 ? 1 : 0) : level] as const;
    }),
  );
}
