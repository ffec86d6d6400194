import type { GpioLineNames } from '@kanchi/hal';
import { headerPinOfLine, raspberryPiModels, registerFileProblem } from '@kanchi/hal/raspberry-pi';
import { RuntimeError } from '../error.ts';
import { type BoardLine, boardLines } from './board-lines.ts';
import { type BoardFile, boardSchema } from './board-schema.ts';
import { checkFile, printable } from './file-problem.ts';
import { nearestName } from './nearest-name.ts';

export type { CalibrationStep } from './board-schema.ts';

type Entry<Section> = Section extends Record<string, infer Item> ? Readonly<Item> : never;

export type { BoardLine };
export type BoardI2cBus = Entry<BoardFile['i2c']['buses']>;
export type BoardI2cDevice = Entry<BoardFile['i2c']['devices']>;
export type BoardSpiDevice = Entry<BoardFile['spi']['devices']>;
export type BoardUartPort = Entry<BoardFile['uart']['ports']>;
export type BoardMmioWindow = Entry<BoardFile['mmio']['windows']>;
export type BoardPwmChannel = Entry<BoardFile['pwm']['channels']>;
export type BoardSensor = Entry<BoardFile['sensors']>;

/** What is wired, by label. A label is unique over all sections. */
export interface Board {
  readonly name: string;
  /** The file, for messages. */
  readonly source: string;
  readonly lines: ReadonlyMap<string, BoardLine>;
  readonly i2cBuses: ReadonlyMap<string, BoardI2cBus>;
  readonly i2cDevices: ReadonlyMap<string, BoardI2cDevice>;
  readonly spiDevices: ReadonlyMap<string, BoardSpiDevice>;
  readonly uartPorts: ReadonlyMap<string, BoardUartPort>;
  readonly mmioWindows: ReadonlyMap<string, BoardMmioWindow>;
  readonly pwmChannels: ReadonlyMap<string, BoardPwmChannel>;
  readonly sensors: ReadonlyMap<string, BoardSensor>;
  readonly world: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Checks a board file. `source` names the file in errors. `lineNames` is the hardware that the board is for, which knows lines by name:
 * `MockBoard` and `LinuxHal` do. Here and nowhere else a name becomes chip and offset. Throws RuntimeError KANCHI_BOARD_INVALID, also for one
 * piece of hardware under two labels and for a label that stands twice, KANCHI_BACKEND_UNAVAILABLE when lines by name cannot be looked up.
 */
export function parseBoard(json: unknown, source: string, lineNames?: GpioLineNames): Board {
  const file = checkFile(boardSchema, json, source, 'KANCHI_BOARD_INVALID');
  const board: Board = {
    name: file.name,
    source,
    lines: boardLines(file.lines, source, lineNames),
    i2cBuses: new Map(Object.entries(file.i2c.buses)),
    i2cDevices: new Map(Object.entries(file.i2c.devices)),
    spiDevices: new Map(Object.entries(file.spi.devices)),
    uartPorts: new Map(Object.entries(file.uart.ports)),
    mmioWindows: new Map(Object.entries(file.mmio.windows)),
    pwmChannels: new Map(Object.entries(file.pwm.channels)),
    sensors: new Map(Object.entries(file.sensors)),
    world: new Map(Object.entries(file.world)),
  };
  checkLabels(board);
  checkHardware(board);
  checkSensors(board);
  return board;
}

/** Sections with the words that messages use for them. */
function sections(board: Board): [section: string, labels: string[]][] {
  return [
    ['lines', [...board.lines.keys()]],
    ['i2c.buses', [...board.i2cBuses.keys()]],
    ['i2c.devices', [...board.i2cDevices.keys()]],
    ['spi.devices', [...board.spiDevices.keys()]],
    ['uart.ports', [...board.uartPorts.keys()]],
    ['mmio.windows', [...board.mmioWindows.keys()]],
    ['pwm.channels', [...board.pwmChannels.keys()]],
    ['sensors', [...board.sensors.keys()]],
  ];
}

function checkLabels(board: Board): void {
  const seen = new Map<string, string>();
  for (const [section, labels] of sections(board)) {
    for (const label of labels) {
      const earlier = seen.get(label);
      if (earlier !== undefined) {
        invalid(
          board.source,
          `"${section}.${label}": the label stands under "${earlier}" already; labels are unique`,
        );
      }
      seen.set(label, section);
    }
  }
  for (const label of board.world.keys()) {
    if (!seen.has(label)) {
      const nearest = nearestName(label, seen.keys());
      const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      invalid(board.source, `"world.${label}": nothing on the board has this label${hint}`);
    }
  }
}

/** The driver itself is looked up by whoever starts it. */
function checkSensors(board: Board): void {
  for (const [label, { device }] of board.sensors) {
    if (device === undefined || board.i2cDevices.has(device) || board.spiDevices.has(device)) {
      continue;
    }
    const devices = [...board.i2cDevices.keys(), ...board.spiDevices.keys()];
    const nearest = nearestName(device, devices);
    invalid(
      board.source,
      `"sensors.${label}.device": no "${device}" under "i2c.devices" or "spi.devices"` +
        (nearest === undefined ? '' : `; did you mean "${nearest}"?`),
    );
  }
}

function checkHardware(board: Board): void {
  unique(board, 'lines', board.lines, ({ line, chip }) => {
    // With its label or without, it is one chip.
    const isHeader = chip === undefined || raspberryPiModels.some(({ chipLabel }) => chipLabel === chip);
    const pin = isHeader ? headerPinOfLine(line) : undefined;
    return `line ${line} of ${isHeader ? 'the header chip' : chip}${pin === undefined ? '' : ` (header pin ${pin})`}`;
  });
  unique(board, 'i2c.buses', board.i2cBuses, (bus) => `bus ${bus.bus}`);
  unique(
    board,
    'i2c.devices',
    board.i2cDevices,
    (device) => `address 0x${device.address.toString(16)} on bus ${device.bus}`,
  );
  unique(
    board,
    'spi.devices',
    board.spiDevices,
    (device) => `chip select ${device.bus}.${device.chipSelect}`,
  );
  unique(board, 'uart.ports', board.uartPorts, (port) => `port ${port.port}`);
  unique(
    board,
    'pwm.channels',
    board.pwmChannels,
    ({ chip, channel }) => `channel ${channel} of ${chip ?? "the header's PWM controller"}`,
  );
  checkOverlap(board);
  for (const [label, window] of board.mmioWindows) {
    const problem = registerFileProblem(window.device, window.base, window.byteLength);
    if (problem !== undefined) invalid(board.source, `"mmio.windows.${label}": ${problem}`);
    const writeOneOnly = new Map<number, boolean>();
    for (const [name, register] of Object.entries(window.registers)) {
      const field = `"mmio.windows.${label}.registers.${printable(name)}"`;
      if ((writeOneOnly.get(register.offset) ?? register.writeOneOnly) !== register.writeOneOnly) {
        invalid(board.source, `${field}: another name of this register says otherwise about "writeOneOnly"`);
      }
      writeOneOnly.set(register.offset, register.writeOneOnly);
      if (register.offset + 4 > window.byteLength) {
        invalid(
          board.source,
          `${field}: offset 0x${register.offset.toString(16)} is outside the window of ${window.byteLength} bytes`,
        );
      }
    }
  }
}

/** A register has one window, so that a deny of it cannot be passed by through another. */
function checkOverlap(board: Board): void {
  const seen: (BoardMmioWindow & { readonly label: string })[] = [];
  for (const [label, window] of board.mmioWindows) {
    const earlier = seen.find(
      (other) =>
        other.device === window.device &&
        other.base < window.base + window.byteLength &&
        window.base < other.base + other.byteLength,
    );
    if (earlier !== undefined) {
      invalid(
        board.source,
        `"mmio.windows.${label}": the window overlaps "${earlier.label}"; a register is in one window`,
      );
    }
    seen.push({ ...window, label });
  }
}

/** One piece of hardware has one label, so that it has one owner and one safe state. */
function unique<Item>(
  board: Board,
  section: string,
  entries: ReadonlyMap<string, Item>,
  identity: (item: Item) => string,
): void {
  const seen = new Map<string, string>();
  for (const [label, item] of entries) {
    const name = identity(item);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      invalid(board.source, `"${section}.${label}": ${name} is called "${earlier}" already`);
    }
    seen.set(name, label);
  }
}

function invalid(source: string, problem: string): never {
  throw new RuntimeError('KANCHI_BOARD_INVALID', `${source}: ${problem}`);
}
