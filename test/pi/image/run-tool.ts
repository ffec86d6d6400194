import { spawnSync } from 'node:child_process';
import { MAX_TOOL_OUTPUT_BYTES, TOOL_LIMIT_MS } from '../limits.ts';
import { lastLines, PiError } from '../pi-error.ts';

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and gives its standard output. PI_BUILD_FAILED with its last lines when it fails. */
export function runTool(program: string, parameters: readonly string[], options: ToolOptions = {}): Buffer {
  const result = spawnSync(program, parameters, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    maxBuffer: MAX_TOOL_OUTPUT_BYTES,
    timeout: TOOL_LIMIT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error !== undefined || result.status !== 0) {
    const cause = result.error?.message ?? `exit code ${result.status ?? result.signal}`;
    const printed = lastLines([result.stdout, result.stderr].map((part) => part?.toString() ?? '').join(''));
    throw new PiError(
      'PI_BUILD_FAILED',
      `${program} ${parameters.slice(0, 3).join(' ')}: ${cause}\n${printed}`,
    );
  }
  return result.stdout;
}
