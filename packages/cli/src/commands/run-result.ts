import type { AppExit } from '@kanchi/runtime';
import type { LineLevels } from '../live-line.ts';
import type { RecordingOutcome } from '../record-session.ts';

/** How a run ended, and what the board's lines show afterwards: measured, not assumed. */
export interface RunResult {
  readonly exit: AppExit;
  readonly levels: LineLevels;
  /** Where the run was recorded. */
  readonly recorded?: RecordingOutcome | undefined;
}
