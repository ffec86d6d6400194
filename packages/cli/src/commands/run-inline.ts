import { writeFileSync } from 'node:fs';
import { type Hal, secondsToNs, type WorldClock } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import { createReplayHal } from '@kanchi/hal/record';
import type { AppListener, AppPackage, Board } from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import { backendText } from '../backend.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import type { LineLevels } from '../live-line.ts';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import { type RecordingOutcome, RecordSession } from '../record-session.ts';
import {
  closeRecordingFile,
  openRecordingFile,
  readRecordingFile,
  tellingRecording,
} from '../recording-file.ts';
import { runInVirtualTime } from '../virtual-time.ts';
import type { RunOptions } from './run-options.ts';
import type { RunResult } from './run-result.ts';

/** Virtual seconds of an inline run that does not say. */
const DEFAULT_INLINE_SECONDS = 10;

/** What an app runs on in virtual time. */
export interface InlineHardware {
  readonly hal: Hal;
  readonly clock: WorldClock;
  /** For people. */
  readonly description: string;
  /** Virtual time until the app is asked to stop. */
  readonly durationNs: bigint;
  /** Notes for a recording that the app was asked to stop when its time was over. */
  noteStop(): void;
  /** Ends what was begun. Throws CommandError KANCHI_RECORDING when the app did not do what was recorded. */
  end(): RecordingOutcome | undefined;
  levels(): LineLevels;
  /** Undefined where there is no trace. */
  traceText(): string | undefined;
}

/** Simulated hardware, or the recording that the options name. */
export function createInlineHardware(options: RunOptions, board: Board): InlineHardware {
  return options.replay === undefined
    ? simulatedHardware(options, board)
    : replayedHardware(options.replay, options.seconds);
}

function simulatedHardware(options: RunOptions, board: Board): InlineHardware {
  const clock = new VirtualClock();
  const hardware = createMockHardware(board, clock);
  const descriptor = options.record === undefined ? undefined : openRecordingFile(options.record);
  const session =
    descriptor === undefined ? undefined : new RecordSession(hardware, clock, board, descriptor);
  session?.hal.begin();
  const durationNs = secondsToNs(options.seconds ?? DEFAULT_INLINE_SECONDS);
  return {
    hal: session?.hal ?? hardware,
    clock,
    description: backendText('mock'),
    durationNs,
    noteStop: () => session?.hal.noteStop(durationNs),
    end: () => {
      const outcome = session?.end();
      if (descriptor !== undefined) closeRecordingFile(descriptor);
      return outcome;
    },
    levels: () => lineLevels(board, hardware),
    traceText: () => hardware.trace.toText(),
  };
}

function replayedHardware(path: string, seconds: number | undefined): InlineHardware {
  const recording = readRecordingFile(path);
  const hal = tellingRecording(path, () => createReplayHal(recording));
  return {
    hal,
    clock: hal.clock,
    description: `a recording of ${recording.info.description} (${recording.info.backend})`,
    durationNs: seconds === undefined ? BigInt(hal.stopNs) : secondsToNs(seconds),
    noteStop: () => {},
    end: () => {
      tellingRecording(path, () => hal.finish());
      return undefined;
    },
    levels: () => ({}),
    traceText: () => undefined,
  };
}

/** Runs the app on the calling thread, in virtual time, until it ends or its time is over. */
export async function runInline(run: {
  readonly app: AppPackage;
  readonly options: RunOptions;
  readonly hardware: InlineHardware;
  readonly listener: AppListener;
  readonly io: ConsoleIo;
  readonly onSensorEvent: (event: TimelineEvent) => void;
  readonly tellLine: (line: string) => void;
}): Promise<RunResult> {
  const { app, options, hardware, listener, io, onSensorEvent, tellLine } = run;
  const { hal, clock, durationNs } = hardware;
  const exit = await runInVirtualTime({
    app,
    hal,
    clock,
    durationNs,
    listener,
    onSensorEvent,
    onConnectionFault: tellLine,
  });
  if (exit.reason === 'stopped') hardware.noteStop();
  const traceText = hardware.traceText();
  if (options.trace !== undefined && traceText !== undefined) {
    writeTrace(options.trace, traceText);
    if (!options.quiet) {
      io.out(`kanchi: trace written to ${options.trace}\n`);
    }
  }
  return { exit, levels: hardware.levels(), recorded: hardware.end() };
}

function writeTrace(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CommandError(
      'KANCHI_USAGE',
      `--trace: ${path} cannot be written (${reason}); name a file in a folder that exists`,
      { cause: error },
    );
  }
}
