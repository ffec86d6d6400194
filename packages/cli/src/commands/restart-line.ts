import type { AppExit, RestartDecision } from '@kanchi/runtime';

const MS_PER_S = 1000;

/** What is told of an end of a run after which the app may be started again; undefined when the end of the command tells it. */
export function restartLine(exit: AppExit, decision: RestartDecision): string | undefined {
  if (!decision.restart) return decision.why;
  const { reason, exitCode, code, message } = exit;
  const what =
    message === undefined
      ? `the app ${reason}${exitCode === 0 ? '' : ` with exit code ${exitCode}`}`
      : `${code ?? 'KANCHI_INTERNAL'}: ${message}`;
  return `${what}; outputs are at their safe levels, started again in ${decision.delayMs / MS_PER_S} s`;
}
