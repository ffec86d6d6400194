import { findHeaderPin, headerPinOfLine, registerFileProblem } from '@kanchi/hal/raspberry-pi';
import { RuntimeError } from '../error.ts';
import { type BoardFile, boardSchema } from './board-schema.ts';
import { checkFile, printable } from './file-problem.ts';
import { nearestName } from './nearest-name.ts';

type Entry<Section> = Section extends Record<string, infer Item> ? Readonly<Item> : never;

/** A line by its offset on its chip, also where the file says the pin of the header. */
export interface BoardLine extends Omit<Entry<BoardFile['lines']>, 'line' | 'pin'> {
  readonly line: number;
}
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
 * Checks a board file. `source` names the file in errors. Throws RuntimeError KANCHI_BOARD_INVALID, also for one piece of
 * hardware under two labels and for a label that stands twice.
 */
export function parseBoard(json: unknown, source: string): Board {
  const file = checkFile(boardSchema, json, source, 'KANCHI_BOARD_INVALID');
  const board: Board = {
    name: file.name,
    source,
    lines: new Map(
      Object.entries(file.lines).map(([label, line]) => [label, boardLine(source, label, line)]),
    ),
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

/** A line by its offset: the pins of the header are the same lines on every Raspberry Pi that has one of 40 pins. */
function boardLine(source: string, label: string, file: Entry<BoardFile['lines']>): BoardLine {
  const { line, pin, ...rest } = file;
  const field = `"lines.${label}`;
  if (line !== undefined && pin !== undefined) {
    invalid(source, `${field}": it has both "line" and "pin"; leave out one`);
  }
  if (line !== undefined) return { line, ...rest };
  if (pin === undefined) {
    invalid(
      source,
      `${field}": "line" or "pin" is missing: the offset of the line (on a Raspberry Pi the BCM number), or its pin of the header`,
    );
  }
  if (rest.chip !== undefined) {
    invalid(
      source,
      `${field}.pin": the header has one chip; leave out "chip", or say "line" instead of "pin"`,
    );
  }
  const found = findHeaderPin(pin);
  if (found?.kind !== 'line') {
    invalid(
      source,
      `${field}.pin": pin ${pin} of the header is ${found?.kind ?? 'not there'}, no line; kanchi pins shows what each pin is`,
    );
  }
  return { line: found.line, ...rest };
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
    const pin = chip === undefined ? headerPinOfLine(line) : undefined;
    return `line ${line} of ${chip ?? 'the header chip'}${pin === undefined ? '' : ` (header pin ${pin})`}`;
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
