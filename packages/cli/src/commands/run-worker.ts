import {
  type AppExecution,
  type AppExit,
  type AppListener,
  type AppPackage,
  type Board,
  type RestartDecision,
  restartSchema,
  startRestarting,
} from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import { createAppExecutor } from '../broker/app-executor.ts';
import { HardwareThreads } from '../broker/hardware-threads.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { guardOutputs } from '../guard/guard-outputs.ts';
import { type LiveLine, statusText } from '../live-line.ts';
import { oneLine } from '../one-line.ts';
import type { RecordingOutcome } from '../record-session.ts';
import { closeRecordingFile, openRecordingFile } from '../recording-file.ts';
import { policyReload, watchPolicy } from './policy-watch.ts';
import type { RunOptions } from './run-options.ts';
import type { RunResult } from './run-result.ts';
import { stopOnSignals } from './stop-signals.ts';

const STATUS_INTERVAL_MS = 1000;
/** Longest delay that a timer takes at once, milliseconds (32-bit signed). */
const MAX_TIMER_MS = 2_147_483_647;

/** Runs the app in a thread of its own, in real time, until it ends, its seconds are over, or the user stops it. */
export async function runInWorker(run: {
  readonly app: AppPackage;
  readonly options: RunOptions;
  readonly listener: AppListener;
  readonly live: LiveLine;
  readonly io: ConsoleIo;
  readonly onSensorEvent: (event: TimelineEvent) => void;
  /** A line on what concerns the app: a network connection that failed, a policy that changed. */
  readonly tellLine: (line: string) => void;
  /** The app has ended, and what comes next. */
  readonly onEnd: (exit: AppExit, decision: RestartDecision) => void;
  /** It is started again now. */
  readonly onRestart: () => void;
  /** A changed policy has taken this from it; see `PolicyWatchOptions.onRevoked`. */
  readonly onRevoked: (appName: string, targets: readonly string[], policy: string) => void;
}): Promise<RunResult> {
  const { app, options, listener, live, io, onSensorEvent, tellLine, onEnd, onRestart, onRevoked } = run;
  if (options.record !== undefined) checkRecordable(app.board);
  const recordTo = options.record === undefined ? undefined : openRecordingFile(options.record);
  let recorded: RecordingOutcome | undefined;
  const hearsRecorded = (outcome: RecordingOutcome): void => {
    recorded = outcome;
  };
  const drivesOutputs = app.manifest.permissions.some(({ kind }) => kind === 'gpio' || kind === 'pwm');
  const guard =
    options.guard && drivesOutputs
      ? await guardOutputs(options.backend, app.board, (line) =>
          live.print(() => io.error(`kanchi: ${oneLine(line)}\n`)),
        )
      : undefined;
  const hardware = new HardwareThreads(
    options.backend,
    app.board,
    { sensorEvent: onSensorEvent, recorded: hearsRecorded },
    {
      ...(recordTo === undefined ? {} : { recordTo }),
      ...(guard === undefined ? {} : { heldOutputs: guard.heldOutputs }),
    },
  );
  let result: RunResult;
  try {
    await Promise.all([hardware.ready(), guard?.ready]);
    const execution = startRestarting(app, listener, {
      executor: createAppExecutor(hardware, tellLine),
      restart: restartSchema.parse({ mode: options.restart }),
      onEnd,
      onRestart,
      after: (delayMs, action) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
      nowNs: () => process.hrtime.bigint(),
    });
    let stopAskedNs: bigint | undefined;
    const requestStop = (): void => {
      stopAskedNs ??= process.hrtime.bigint();
      execution.requestStop();
    };
    const policyWatch =
      app.policy === undefined
        ? undefined
        : watchPolicy({ file: options.policy, apps: () => [execution], tell: tellLine, onRevoked });
    const ends = [
      stopOnSignals({ requestStop, terminate: () => execution.terminate() }, policyReload(policyWatch, io)),
      () => policyWatch?.close(),
      stopAfter(execution, requestStop, options.seconds),
      // Nobody reads any more (`| head`, a terminal that went away): end in order, outputs at their safe levels.
      io.onOutputLost(requestStop),
    ];
    if (!options.quiet) {
      ends.push(showStatus(execution, hardware, live));
    }
    const exit = await execution.exited;
    for (const end of ends) {
      end();
    }
    // Without a look of the app's the request itself is all that is known.
    if (exit.stopBetweenNs !== undefined) hardware.noteStop(...exit.stopBetweenNs);
    else if (stopAskedNs !== undefined) hardware.noteStop(stopAskedNs);
    result = { exit, levels: await hardware.levels() };
  } finally {
    try {
      await hardware.stop();
    } finally {
      guard?.end();
      if (recordTo !== undefined) closeRecordingFile(recordTo);
    }
  }
  return { ...result, recorded };
}

/** In real time the moments at which the host reads sensors are its own, and no replay would come to the same. */
function checkRecordable(board: Board): void {
  const [sensor] = board.sensors.keys();
  if (sensor === undefined) return;
  throw new CommandError(
    'KANCHI_USAGE',
    `--record: ${board.source} has sensors that the host reads ("${sensor}"), whose times cannot be replayed; take them out, or use --execution inline`,
  );
}

function stopAfter(
  execution: AppExecution,
  requestStop: () => void,
  seconds: number | undefined,
): () => void {
  if (seconds === undefined) {
    return () => {};
  }
  let timer: NodeJS.Timeout | undefined;
  let cancelled = false;
  // The seconds are the app's: loading its thread takes some of them on a small Pi.
  void execution.begun.then(() => {
    if (!cancelled) {
      timer = setTimeout(requestStop, Math.min(seconds * 1000, MAX_TIMER_MS));
    }
  });
  return () => {
    cancelled = true;
    clearTimeout(timer);
  };
}

/** Updates the live line each second. */
function showStatus(execution: AppExecution, hardware: HardwareThreads, live: LiveLine): () => void {
  let seconds = 0;
  let ended = false;
  const timer = setInterval(() => {
    seconds += STATUS_INTERVAL_MS / 1000;
    const shown = seconds;
    hardware.levels().then(
      (levels) => {
        if (!ended) {
          live.update(statusText(shown, levels, execution.counters));
        }
      },
      () => {},
    );
  }, STATUS_INTERVAL_MS);
  return () => {
    ended = true;
    clearInterval(timer);
  };
}
