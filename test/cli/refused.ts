import { afterAll, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { AppFolder, board, manifest } from './app-folder.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());
let cases = 0;

export interface Case {
  readonly files?: Readonly<Record<string, string | Uint8Array | object>>;
  /** Parameters behind `run`; `@` stands for the folder of the case. */
  readonly run?: readonly string[];
  readonly code: string;
  readonly exitCode: number;
  /** What the line says, in this order. */
  readonly says: readonly string[];
}

/** Writes the files into a folder of their own and runs the command there. */
export const run = async (input: Pick<Case, 'files' | 'run'>) => {
  cases += 1;
  const name = `case${cases}`;
  for (const [file, content] of Object.entries(input.files ?? {})) {
    folder.write(`${name}/${file}`, content);
  }
  const parameters = (input.run ?? ['@']).map((word) => word.replace('@', name));
  return { name, ...(await runCommand(['run', ...parameters], { cwd: folder.path })) };
};

/** One line `kanchi: CODE: ...` on standard error, the right exit code, no stack trace; with `--debug` there is one. */
export function refused(title: string, input: Case): void {
  it.concurrent(`one line: ${title}`, async () => {
    const { name, status, stderr } = await run(input);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toMatch(new RegExp(`^kanchi: ${input.code}: .*\n$`, 'u'));
    expect(stderr).not.toContain('undefined');
    let from = 0;
    for (const words of input.says) {
      const at = stderr.indexOf(words.replace('@', name), from);
      expect(at, `"${words}" in ${stderr}`).toBeGreaterThanOrEqual(0);
      from = at;
    }
    expect(status).toBe(input.exitCode);
    expect(status).not.toBe(0);
  });
}

/** The files of an app. */
export const app = (module: Uint8Array, fields: object = {}, boardFields?: object) => ({
  'app.json': manifest(fields),
  'app.wasm': module,
  ...(boardFields === undefined ? {} : { 'board.json': board(boardFields) }),
});
/** A board entry. */
export const lamp = { line: 17, direction: 'output' };
