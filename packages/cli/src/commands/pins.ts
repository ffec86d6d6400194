import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ReservedLines } from '@kanchi/hal/linux';
import {
  findRaspberryPiModel,
  type HeaderPin,
  headerPins,
  type RaspberryPiModel,
  raspberryPiModels,
} from '@kanchi/hal/raspberry-pi';
import type { Board } from '@kanchi/runtime';
import { readBoard } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { type Machine, thisMachine } from '../doctor/machine.ts';
import { CommandError } from '../error.ts';
import { alignColumns } from '../live-table.ts';
import { parseParameters } from '../parameters.ts';
import { anyLineNames } from '../simulated-line-names.ts';

/** What one pin of the header is. Undefined fields do not apply: a supply has no functions. */
interface PinReport {
  readonly pin: number;
  readonly is: string;
  readonly line?: number;
  /** By the number of the function. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly label?: string;
  readonly reserved?: string;
}

/**
 * `kanchi pins`: the header of a Raspberry Pi: what each pin is and can be, what the board file calls it, and which bus of this
 * machine has it. Touches no hardware; on a Raspberry Pi the kernel is asked for lines that the board file has by name.
 */
export function runPinsCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  machine: Machine = thisMachine,
): number {
  const { values, positionals } = parseParameters('pins', parameters, {
    model: 'string',
    json: 'boolean',
  });
  const [path = '.', second] = positionals;
  if (second !== undefined) {
    throw new CommandError('KANCHI_USAGE', `one board at a time, "${second}" is too many`);
  }
  const isThere = path.endsWith('.json') || existsSync(join(path, 'board.json'));
  const machineModel = machine.readText('/proc/device-tree/model') ?? '';
  const isPi = machineModel.startsWith('Raspberry Pi');
  const lineNames = isPi ? machine.lineNames : anyLineNames;
  const board = positionals.length > 0 || isThere ? readBoard(path, lineNames) : undefined;
  const model = modelOf(values.model, machineModel);
  const reserved = isPi ? new ReservedLines(machine) : undefined;
  const reports = headerPins.map((pin) => reportOf(pin, model, board, reserved));
  if (values.json === true) {
    for (const report of reports) io.out(`${JSON.stringify(report)}\n`);
    return 0;
  }
  const names = board === undefined ? '' : `, named as in ${board.source}`;
  const busNote = isPi ? '' : '; this machine is no Raspberry Pi, so nothing is reserved by its buses';
  io.out(`${model.name}, chip ${model.chipLabel}${names}${busNote}\n${tableOf(reports)}\n`);
  return 0;
}

function modelOf(asked: string | undefined, machineModel: string): RaspberryPiModel {
  const ids = raspberryPiModels.map(({ id }) => id).join(', ');
  if (asked !== undefined) {
    const found = raspberryPiModels.find(({ id }) => id === asked);
    if (found !== undefined) return found;
    throw new CommandError('KANCHI_USAGE', `--model is one of ${ids}, not "${asked}"`);
  }
  const found = findRaspberryPiModel(machineModel);
  if (found !== undefined) return found;
  const what = machineModel === '' ? 'no Raspberry Pi' : `"${machineModel}", whose header is not known`;
  throw new CommandError('KANCHI_USAGE', `this machine is ${what}; say which to show: --model ${ids}`);
}

function reportOf(
  pin: HeaderPin,
  model: RaspberryPiModel,
  board: Board | undefined,
  reservedLines: ReservedLines | undefined,
): PinReport {
  if (pin.kind !== 'line') return { pin: pin.pin, is: pin.kind };
  const { line } = pin;
  const label = [...(board?.lines ?? [])].find(
    ([, wiring]) => wiring.line === line && (wiring.chip ?? model.chipLabel) === model.chipLabel,
  )?.[0];
  const reserved = reservedLines?.reservationOf({ offset: line });
  return {
    pin: pin.pin,
    is: `GPIO${line}`,
    line,
    functions: Object.fromEntries(
      (model.functions[line] ?? []).flatMap((name, number) => (name === undefined ? [] : [[number, name]])),
    ),
    ...(label === undefined ? {} : { label }),
    ...(reserved === undefined ? {} : { reserved }),
  };
}

function tableOf(reports: readonly PinReport[]): string {
  const rows = reports.map(({ pin, is, label, functions, reserved }) => [
    `${pin}`,
    is,
    label ?? '',
    functions === undefined
      ? ''
      : Object.entries(functions)
          .map(([number, name]) => `${number}:${name}`)
          .join(' '),
    // How to get it back is told to who asks for the line.
    reserved?.split(';', 1)[0] ?? '',
  ]);
  return alignColumns([['pin', 'is', 'label', 'functions', 'reserved by'], ...rows]).join('\n');
}
