import type { Board } from '@kanchi/runtime';
import type { BackendName } from '../backend.ts';
import { endEarlierGuards } from './end-earlier-guards.ts';
import { type OutputGuard, startOutputGuard } from './start-output-guard.ts';

/**
 * Has the outputs of this board guarded, where they are real: a guard that an earlier command left behind gives them back first.
 * The guard loads while the hardware does: `ready` says when it can do its work. Undefined when there is none; `tell` gets a line when
 * there should be one.
 */
export async function guardOutputs(
  backend: BackendName,
  board: Board,
  tell: (line: string) => void,
): Promise<OutputGuard | undefined> {
  const hasOutputs =
    board.pwmChannels.size > 0 || [...board.lines.values()].some(({ direction }) => direction === 'output');
  if (backend !== 'linux' || !hasOutputs) return undefined;
  await endEarlierGuards(board);
  return startOutputGuard(tell);
}
