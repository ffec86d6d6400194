import { secondsToNs } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AppExit,
  type AppOutput,
  type AppPackage,
  type Grants,
  learnPermissions,
  type PermissionInput,
} from '@kanchi/runtime';
import { createMockHardware } from '../mock-hardware.ts';
import { runInVirtualTime } from '../virtual-time.ts';

/** Virtual seconds of a run that does not say. */
export const DEFAULT_MOCK_SECONDS = 10;
/** What a log permission allows that does not say, and the most that one can, bytes per second (docs/manifest.md). */
const DEFAULT_LOG_BYTES = 65_536;
const MAX_LOG_BYTES = 16_777_216;

/** What an app did on mock hardware. */
export interface MockRun {
  readonly exit: AppExit;
  /** Refusals, one for each rule. */
  readonly denials: readonly string[];
}

const noOutput: AppOutput = { log: () => {}, standardOutput: () => {}, standardError: () => {} };

/** Runs the app on mock hardware of its own, in virtual time: two runs do the same. */
export async function runOnMock(
  app: AppPackage,
  seconds: number,
  {
    grants,
    output = noOutput,
    onDenial = () => {},
  }: {
    readonly grants?: Grants;
    readonly output?: AppOutput;
    /** Told for the first refusal by each rule; what it throws ends the app. */
    readonly onDenial?: () => void;
  } = {},
): Promise<MockRun> {
  const clock = new VirtualClock();
  const hardware = createMockHardware(app.board, clock);
  const denials: string[] = [];
  const exit = await runInVirtualTime({
    app,
    hal: hardware,
    clock,
    durationNs: secondsToNs(seconds),
    listener: {
      log: (entry) => output.log(entry),
      standardOutput: (bytes) => output.standardOutput(bytes),
      standardError: (bytes) => output.standardError(bytes),
      denial: (text) => {
        denials.push(text);
        onDenial();
      },
    },
    onConnectionFault: () => {},
    ...(grants === undefined ? {} : { grants }),
  });
  hardware.close();
  return { exit, denials };
}

export interface LearnedRun extends MockRun {
  /** The least `permissions` with which the app does the same. */
  readonly permissions: readonly PermissionInput[];
}

/**
 * Runs the app with all that its board has, without what its deny entries take, and learns what it needs of it. No policy
 * holds: it is about the app, not about this machine. Throws RuntimeError for deny entries that do not fit the board.
 */
export async function learnOnMock(
  app: AppPackage,
  seconds: number,
  output: AppOutput = noOutput,
): Promise<LearnedRun> {
  const { board, module } = app;
  const manifest = { ...app.manifest, permissions: [] };
  const learning = learnPermissions(manifest, board);
  const run = await runOnMock({ manifest, board, module }, seconds, {
    grants: learning.grants,
    output,
  });
  const permissions = learning
    .permissions()
    .map((entry) => (entry.kind === 'log' ? withRate(entry, run.exit) : entry));
  return { ...run, permissions };
}

/**
 * The bytes per second are those of the log itself, which no permission check sees. Whoever printed less in the whole run
 * needs no more than the permission that does not say; for others the total of the run is enough, as far as one can say it.
 */
function withRate(entry: PermissionInput, { counters }: AppExit): PermissionInput {
  const { logBytes } = counters;
  return logBytes <= DEFAULT_LOG_BYTES
    ? entry
    : { kind: 'log', maxBytesPerSecond: Math.min(MAX_LOG_BYTES, 2 ** Math.ceil(Math.log2(logBytes))) };
}
