import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { repositoryRoot } from './repository.ts';

export const commandFile = `${repositoryRoot}packages/cli/bin/kanchi.js`;
/** A command that has not ended by then is killed, and the test fails. */
const TIMEOUT_MS = 100_000;

export interface CommandResult {
  /** Exit code, or null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The kanchi command as a process of its own, as a user has it. */
export class RunningCommand {
  readonly process: ChildProcess;
  readonly ended: Promise<CommandResult>;
  #stdout = '';
  #stderr = '';
  readonly #waiting = new Set<() => void>();

  /**
   * `ownGroup`: in a process group of its own, whose id is its process id. `program`: started through it, e.g. by a
   * shell; it gets the parameters as they are.
   */
  constructor(
    parameters: readonly string[],
    options: { readonly cwd: string; readonly ownGroup?: boolean; readonly program?: string },
  ) {
    const { program } = options;
    const words = program === undefined ? [commandFile, ...parameters] : parameters;
    this.process = spawn(program ?? process.execPath, words, {
      cwd: options.cwd,
      detached: options.ownGroup === true,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      for (const check of this.#waiting) check();
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      for (const check of this.#waiting) check();
    });
    this.ended = once(this.process, 'close').then(([status, signal]) => ({
      status: status as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Writes to its standard input. */
  type(text: string): void {
    this.process.stdin?.write(text);
  }

  /** Resolves when its standard output (or error output) holds the pattern. Rejects when it ends without. */
  async printed(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
    const found = new Promise<void>((resolve) => {
      const check = (): void => {
        if (pattern.test(stream === 'stdout' ? this.#stdout : this.#stderr)) {
          this.#waiting.delete(check);
          resolve();
        }
      };
      this.#waiting.add(check);
      check();
    });
    const early = this.ended.then((result) => {
      if (pattern.test(result[stream])) return;
      throw new Error(`ended without ${pattern}: ${result.stdout}${result.stderr}`);
    });
    await Promise.race([found, early]);
  }
}

/** Runs the command to its end. */
export function runCommand(
  parameters: readonly string[],
  options: { readonly cwd: string } = { cwd: repositoryRoot },
): Promise<CommandResult> {
  return new RunningCommand(parameters, options).ended;
}
