import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AbiGuest,
  type AppExit,
  type GuestAbi,
  type HostApi,
  InlineExecutor,
  parseBoard,
  parseManifest,
} from '@kanchi/runtime';
import { CallSession } from './call-session.ts';
import { type BoardFile, Granted, type ManifestFile } from './granted.ts';
import type { FunctionModels } from './host-function.ts';
import { hostFunctions } from './host-functions.ts';
import { createHostileHardware, hostileBoard } from './hostile-board.ts';
import { hostileGuest } from './hostile-guest.ts';
import { createHostileServices } from './hostile-services.ts';
import type { RandomCall } from './random-call.ts';
import { TraceCheck } from './trace-check.ts';

/** Virtual time after which the app is asked to stop. */
const DURATION_NS = 10_000_000_000n;
const NS_PER_SECOND = 1e9;

const board = parseBoard(structuredClone(hostileBoard), 'board of the hostile calls');

export interface CallsRun {
  /** What must not be, as text; empty when all is well. */
  readonly faults: readonly string[];
  /** Calls that were made, by name, and those of them that succeeded. */
  readonly made: ReadonlyMap<string, number>;
  readonly succeeded: ReadonlyMap<string, number>;
  /** Entries of the board's trace that the calls caused. */
  readonly traceEntries: number;
  readonly exit: AppExit;
}

/** Something else than what is tested: shows whether the checks can fail. */
export interface Sabotage {
  /** The manifest that the check goes by, when not the app's. */
  readonly checked?: ManifestFile;
  /** The functions that the check knows. */
  readonly functions?: FunctionModels;
  readonly hostApis?: (apis: readonly HostApi[]) => readonly HostApi[];
}

/**
 * Makes the calls in one app on mock hardware, and checks each: it returns or traps, changes only the guest memory that it
 * names, and does nothing on the board that is not granted.
 */
export async function runCalls(
  calls: readonly RandomCall[],
  manifest: ManifestFile,
  { checked = manifest, functions = hostFunctions, hostApis = (apis) => apis }: Sabotage = {},
): Promise<CallsRun> {
  const clock = new VirtualClock();
  const hardware = createHostileHardware(clock);
  const granted = new Granted(checked, hostileBoard as BoardFile);
  const services = createHostileServices(hardware.board, clock, board);
  const traceCheck = new TraceCheck(granted);
  const faults: string[] = [];
  let session: CallSession | undefined;
  const driven: GuestAbi = {
    name: 'hostile calls',
    claims: () => true,
    connect: (context, app) => {
      const framework = services.framework.connect(context, app);
      return {
        tables: framework.tables,
        *run(guest: AbiGuest) {
          const memory = guest.exports['memory'] as WebAssembly.Memory;
          session = new CallSession({
            exports: guest.exports,
            memory,
            clock,
            hardware,
            granted,
            traceCheck,
            services,
            functions,
          });
          const app = framework.run({ exports: { on_init: () => {} }, heap: guest.heap });
          // Each step ends at its first wait; the calls go on in between.
          session.make(calls, () => app.next());
          yield clock.nowNs();
          app.return(0);
          return 0;
        },
      };
    },
  };
  let outputBytes = 0;
  const count = (bytes: Uint8Array): void => {
    outputBytes += bytes.length;
  };
  const execution = new InlineExecutor({
    hal: hardware.board,
    clock,
    durationNs: DURATION_NS,
    hostApis: hostApis(services.hostApis),
    guestAbis: [driven],
  }).start(
    {
      manifest: parseManifest(
        { ...manifest, arguments: ['hostile-argument'], environment: { NAME: 'value' } },
        'manifest of the hostile calls',
      ),
      board,
      module: hostileGuest,
    },
    { log: () => {}, standardOutput: count, standardError: count, denial: () => {} },
  );
  const exit = await execution.exited;
  if (session === undefined) throw new Error(`the app did not begin: ${exit.message}`);
  faults.push(...session.faults);
  if (exit.code !== undefined && exit.code !== 'KANCHI_TRAP')
    faults.push(`the app ended with ${exit.code}: ${exit.message}`);
  if (exit.reason === 'failed' || exit.reason === 'terminated')
    faults.push(`the app ended as ${exit.reason}`);
  // Closing drives safe levels, of outputs that the app was granted.
  faults.push(...traceCheck.check(hardware.board.trace.entries()).map((fault) => `at the end: ${fault}`));
  faults.push(...hardware.board.openHandles().map((handle) => `left open: ${handle}`));
  const mostBytes = granted.logBytesPerSecond * (Math.ceil(Number(clock.nowNs()) / NS_PER_SECOND) + 1);
  if (outputBytes > mostBytes) faults.push(`${outputBytes} bytes of output, ${mostBytes} are granted`);
  return {
    faults,
    made: session.made,
    succeeded: session.succeeded,
    traceEntries: session.traceEntries,
    exit,
  };
}
