import { readFileSync } from 'node:fs';
import { halErrorTable } from '@kanchi/hal';
import { recordingErrorTable } from '@kanchi/hal/record';
import { errorNameOfHalCode, errorNumber, runtimeErrorTable } from '@kanchi/runtime';
import { commandErrorTable } from 'kanchi/error';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';

interface Specification {
  readonly errors: readonly { readonly name: string; readonly number: number }[];
}

const page = readRepositoryFile('docs/errors.md');
/** Table rows of the page: the cells of each line that begins with a code or a number in back quotes. */
const rows = [...page.matchAll(/^\| `([^`]+)` \|(.*)\|$/gmu)].map((match) => ({
  first: match[1] as string,
  cells: (match[2] as string).split('|').map((cell) => cell.trim()),
}));
const specification = JSON.parse(
  readFileSync(`${repositoryRoot}packages/guest-sdk/spec/kanchi-abi.json`, 'utf8'),
) as Specification;

describe('error tables', () => {
  it('agree with the page for every code of the HAL: kind, guest error and meaning', () => {
    const expected = Object.entries(halErrorTable).map(([code, { kind, summary }]) => ({
      first: code,
      cells: [
        kind,
        `${errorNameOfHalCode[code as keyof typeof halErrorTable]} (${errorNumber[errorNameOfHalCode[code as keyof typeof halErrorTable]]})`,
        summary,
      ],
    }));
    expect(rows.filter(({ first }) => first.startsWith('HAL_'))).toEqual(expected);
  });

  it('agree with the page for every code of recordings: meaning', () => {
    const expected = Object.entries(recordingErrorTable).map(([code, { summary }]) => ({
      first: code,
      cells: [summary],
    }));
    expect(rows.filter(({ first }) => first.startsWith('RECORDING_'))).toEqual(expected);
  });

  it('agree with the page for every code of the runtime and the command: exit code and meaning', () => {
    const expected = Object.entries({ ...runtimeErrorTable, ...commandErrorTable }).map(
      ([code, { exitCode, summary }]) => ({
        first: code,
        cells: [String(exitCode), summary],
      }),
    );
    expect(rows.filter(({ first }) => first.startsWith('KANCHI_'))).toEqual(expected);
  });

  it('agree with the specification for every guest error number', () => {
    const numbers = Object.fromEntries(specification.errors.map(({ name, number }) => [name, number]));
    expect(numbers).toEqual(errorNumber);
  });

  it('give every error of the command an exit code that is not 0', () => {
    for (const { exitCode } of Object.values({ ...runtimeErrorTable, ...commandErrorTable })) {
      expect(exitCode).toBeGreaterThan(0);
      expect(exitCode).toBeLessThan(126);
    }
  });
});
