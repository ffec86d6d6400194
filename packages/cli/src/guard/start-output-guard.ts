import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** How long the guard may take to load, milliseconds: a small Pi that is busy. */
const LOAD_LIMIT_MS = 30_000;

/** The process that brings outputs to their safe states when this one is killed (docs/adr/0019-guard-of-outputs.md). */
export interface OutputGuard {
  /** Descriptor of the file for `HeldOutputFile`. */
  readonly heldOutputs: number;
  /** Resolves when the guard can do its work, or when there is none, which was told then. Never rejects. */
  readonly ready: Promise<void>;
  /** The hardware has been let go of: so is the guard. */
  end(): void;
}

/**
 * Starts it; does not wait. `tell` gets a line when there is none: the app runs all the same, and what its outputs do when this
 * process is killed is the kernel's affair. Returns undefined when there cannot be one.
 */
export function startOutputGuard(tell: (line: string) => void): OutputGuard | undefined {
  let isOver = false;
  const tellOf = (error: unknown): void => {
    if (!isOver) tell(noGuardText(error instanceof Error ? error.message : String(error)));
  };
  try {
    const heldOutputs = openUnnamedFile();
    const guard = spawn(
      process.execPath,
      [fileURLToPath(new URL('./output-guard.js', import.meta.url))],
      // A group of its own: what ends the terminal's or a service's whole group does not end it first.
      { detached: true, stdio: ['pipe', 'pipe', 'inherit', heldOutputs] },
    );
    guard.stdin?.on('error', () => {});
    return {
      heldOutputs,
      ready: untilReady(guard, tellOf),
      end: () => {
        isOver = true;
        guard.stdin?.destroy();
        closeSync(heldOutputs);
      },
    };
  } catch (error) {
    tellOf(error);
    return undefined;
  }
}

async function untilReady(guard: ChildProcess, tell: (error: unknown) => void): Promise<void> {
  const gone = once(guard, 'exit').then(([code, signal]) => {
    throw new Error(`it ended with ${signal ?? `exit code ${code}`}`);
  });
  // Also when it ends later.
  gone.catch(tell);
  const late = new AbortController();
  const tooLate = delay(LOAD_LIMIT_MS, undefined, { signal: late.signal }).then(() =>
    tell(`it was not ready within ${LOAD_LIMIT_MS / 1000} s`),
  );
  try {
    await Promise.race([once(guard.stdout as NodeJS.EventEmitter, 'data'), gone, tooLate]);
  } catch {
    // Told.
  } finally {
    tooLate.catch(() => {});
    late.abort();
    guard.stdout?.destroy();
    guard.unref();
  }
}

function noGuardText(reason: string): string {
  return `no guard of the outputs: ${reason}; they stay as the kernel leaves them if this process is killed`;
}

/** A file that nobody else can open, and that is gone with the last who has it open. */
function openUnnamedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-guard-'));
  try {
    return openSync(join(folder, 'outputs'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
