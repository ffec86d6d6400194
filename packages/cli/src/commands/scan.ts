import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Hal } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { RealTimeClock } from '@kanchi/hal/mock';
import type { Board } from '@kanchi/runtime';
import { readBoard } from '../app-files.ts';
import { type BackendName, backendText, chooseBackend } from '../backend.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { lineNamesOf } from '../line-names.ts';
import { createMockHardware } from '../mock-hardware.ts';
import { parseParameters } from '../parameters.ts';
import { scanBus } from '../scan-bus.ts';

const DEFAULT_BUS = 1;
const MAX_BUS = 255;

/** `kanchi scan`: who answers on an I2C bus. With a board file, by what it calls them. Returns 0, also when nobody does. */
export function runScanCommand(parameters: readonly string[], io: ConsoleIo): number {
  const { backend, bus: number, board } = parseOptions(parameters);
  const hal = openHal(backend, board);
  try {
    using bus = hal.openI2cBus({ bus: number, consumer: 'kanchi scan' });
    const { found, silentCount, failures } = scanBus(bus);
    io.out(`I2C bus ${number} of ${backendText(backend)}\n`);
    for (const address of found) io.out(`  ${hex(address)}  ${nameOf(board, number, address)}\n`);
    for (const { address, code, text } of failures) io.out(`  ${hex(address)}  ${code}: ${text}\n`);
    io.out(`${silentCount} addresses that nobody acknowledged\n`);
    return 0;
  } finally {
    hal.close();
  }
}

function openHal(backend: BackendName, board: Board | undefined): Hal {
  if (backend === 'linux') return createLinuxBackend().hal;
  if (board === undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      'simulated hardware is what a board file says: kanchi scan <folder | board.json>',
    );
  }
  return createMockHardware(board, new RealTimeClock());
}

function nameOf(board: Board | undefined, bus: number, address: number): string {
  const entry = [...(board?.i2cDevices ?? [])].find(
    ([, device]) => device.bus === bus && device.address === address,
  );
  if (entry === undefined)
    return board === undefined ? 'answers' : 'answers; the board file does not name it';
  const [label, { part }] = entry;
  return part === undefined ? label : `${label} (${part})`;
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`;
}

function parseOptions(parameters: readonly string[]): {
  readonly backend: BackendName;
  readonly bus: number;
  readonly board: Board | undefined;
} {
  const { values, positionals } = parseParameters('scan', parameters, {
    bus: 'string',
    backend: 'string',
  });
  const bus = values.bus === undefined ? DEFAULT_BUS : Number(values.bus);
  if (!Number.isInteger(bus) || bus < 0 || bus > MAX_BUS) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--bus is the number of an I2C bus, 0 to ${MAX_BUS}, not "${values.bus}"`,
    );
  }
  const [path = '.', second] = positionals;
  if (second !== undefined)
    throw new CommandError('KANCHI_USAGE', `one board at a time, "${second}" is too many`);
  const isThere = path.endsWith('.json') || existsSync(join(path, 'board.json'));
  const backend = chooseBackend(values.backend);
  return {
    backend,
    bus,
    board: positionals.length > 0 || isThere ? readBoard(path, lineNamesOf(backend)) : undefined,
  };
}
