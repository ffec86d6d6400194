import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HalError } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import type { Board } from '@kanchi/runtime';
import { guardPid } from './guard-protocol.ts';

/** How long a guard may take to let go, and how often is looked, milliseconds. */
const END_LIMIT_MS = 5000;
const LOOK_MS = 10;

/** Ends guards that hold outputs of this board since their command was killed: the app that starts now takes over. */
export async function endEarlierGuards(board: Board): Promise<void> {
  const pids = guardsOf(board).filter(isGuard);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // Another user's, or gone: opening the line tells who has it.
    }
  }
  for (let passedMs = 0; pids.some(isGuard) && passedMs < END_LIMIT_MS; passedMs += LOOK_MS) {
    await delay(LOOK_MS);
  }
}

function guardsOf(board: Board): readonly number[] {
  const pids = new Set<number>();
  const { hal } = createLinuxBackend();
  try {
    for (const { chip, line, direction } of board.lines.values()) {
      if (direction !== 'output') continue;
      try {
        const { consumer } = hal.chips.lineInfo(hal.chips.find(chip), line);
        const pid = guardPid(consumer);
        if (pid !== undefined) pids.add(pid);
      } catch (error) {
        // The app's own request for the line says what is wrong with it.
        if (!(error instanceof HalError)) throw error;
      }
    }
  } finally {
    hal.close();
  }
  return [...pids];
}

/** Process ids are used again: this one is a guard still. */
function isGuard(pid: number): boolean {
  const path = `/proc/${pid}/cmdline`;
  try {
    return existsSync(path) && readFileSync(path, 'utf8').includes('output-guard');
  } catch {
    return false;
  }
}
