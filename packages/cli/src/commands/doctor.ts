import { parseArgs } from 'node:util';
import type { ConsoleIo } from '../console-io.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { type Machine, thisMachine } from '../doctor/machine.ts';
import { CommandError } from '../error.ts';
import { alignColumns } from '../live-table.ts';

const marks = { ok: 'ok', note: '-', missing: 'MISSING' } as const;

/**
 * `kanchi doctor`: what of this machine apps can use, and what to do about the rest. Returns 1 when something is missing on a
 * machine that is meant to have it.
 */
export function runDoctorCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  machine: Machine = thisMachine,
): number {
  checkParameters(parameters);
  const findings = examine(machine);
  io.out(`${doctorLines(findings).join('\n')}\n`);
  return findings.some(({ state }) => state === 'missing') ? 1 : 0;
}

export function doctorLines(findings: readonly Finding[]): string[] {
  const table = alignColumns(findings.map(({ what, state, text }) => [what, marks[state], text]));
  return table.flatMap((line, index) => {
    const fix = findings[index]?.fix;
    return fix === undefined ? [line] : [line, `    to do: ${fix}`];
  });
}

function checkParameters(parameters: readonly string[]): void {
  try {
    parseArgs({ args: [...parameters], options: { debug: { type: 'boolean' } } });
  } catch (error) {
    throw new CommandError('KANCHI_USAGE', 'kanchi doctor takes no parameters', { cause: error });
  }
}
