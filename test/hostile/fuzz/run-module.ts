import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AbiGuest,
  type AppExit,
  type GuestAbi,
  type HostApi,
  InlineExecutor,
  type LoadedModule,
  loadModule,
  parseBoard,
  parseManifest,
  RuntimeError,
} from '@kanchi/runtime';
import { type BoardFile, Granted, type ManifestFile } from './granted.ts';
import { createHostileHardware, hostileBoard } from './hostile-board.ts';
import { createHostileServices } from './hostile-services.ts';
import type { RandomNumbers } from './random-numbers.ts';
import { TraceCheck } from './trace-check.ts';

export interface ModuleReport {
  readonly faults: readonly string[];
  /** Exported functions that were called, and apps that it took. */
  readonly functionCalls: number;
  readonly apps: number;
  readonly hostCalls: number;
  readonly refusedCalls: number;
  readonly busTransactions: number;
  /** Entries of the board's trace. */
  readonly traceEntries: number;
  /** Apps by how they ended: the reason of the exit, with its code; or the code with which the module was not loaded. */
  readonly ends: Readonly<Record<string, number>>;
}

/** Pages that an app may have: what the generator gives its memories fits. */
const MEMORY_PAGES = 32;
const DURATION_NS = 1_000_000_000n;

const board = parseBoard(structuredClone(hostileBoard), 'board of the random modules');

/** Calls of exported functions in the life of one module. */
const CALLS_PER_MODULE = 1000;

/**
 * Calls exported functions that take no parameters in random order, in one app after the other, each on mock hardware of its
 * own. A trap of the module's own is the end of that function only, one in a host call that of the app. `checked` is the manifest
 * that the check goes by; another one than the app's shows whether it can fail.
 */
export async function runModule(
  bytes: Uint8Array<ArrayBuffer>,
  manifest: ManifestFile,
  numbers: RandomNumbers,
  checked: ManifestFile = manifest,
): Promise<ModuleReport> {
  const order = Array.from({ length: CALLS_PER_MODULE }, () => numbers.word());
  const faults: string[] = [];
  const ends: Record<string, number> = {};
  const sums = {
    functionCalls: 0,
    apps: 0,
    hostCalls: 0,
    refusedCalls: 0,
    busTransactions: 0,
    traceEntries: 0,
  };
  const ended = (how: string): void => {
    ends[how] = (ends[how] ?? 0) + 1;
  };
  let module: LoadedModule;
  try {
    module = loadModule(bytes, { source: 'random module', maximumPages: MEMORY_PAGES });
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    ended(error.code);
    return { faults, ends, ...sums };
  }
  for (let first = 0, more = true; more; ) {
    const run = await runFrom(
      module,
      manifest,
      new Granted(checked, hostileBoard as BoardFile),
      order,
      first,
    );
    faults.push(...run.faults);
    const { counters, reason, code } = run.exit;
    ended(code === undefined ? reason : `${reason} ${code}`);
    sums.functionCalls += run.next - first;
    sums.apps += 1;
    sums.hostCalls += counters.hostCalls;
    sums.refusedCalls += counters.denials;
    sums.busTransactions += counters.busTransactions;
    sums.traceEntries += run.traceEntries;
    more = run.next > first && run.next < order.length;
    first = run.next;
  }
  return { faults, ends, ...sums };
}

interface AppRun {
  readonly faults: readonly string[];
  readonly exit: AppExit;
  /** The call that the next app begins with. */
  readonly next: number;
  readonly traceEntries: number;
}

async function runFrom(
  module: LoadedModule,
  manifest: ManifestFile,
  granted: Granted,
  order: readonly number[],
  first: number,
): Promise<AppRun> {
  const clock = new VirtualClock();
  const { board: hardware } = createHostileHardware(clock);
  const services = createHostileServices(hardware, clock, board);
  const faults: string[] = [];
  let traceCheck = new TraceCheck(granted);
  let traceEntries = 0;
  let next = first;
  const check = (name: string): void => {
    const { trace } = hardware;
    traceEntries += trace.length;
    if (trace.droppedCount > 0) {
      // What was lost cannot be checked, nor what depends on it.
      traceCheck = new TraceCheck(granted);
    } else {
      faults.push(...traceCheck.check(trace.entries()).map((fault) => `${name}: ${fault}`));
    }
    trace.clear();
    const { subscriptions, messages, connections } = services.passed;
    for (const { sensor, channels, intervalNs } of subscriptions.splice(0)) {
      if (!granted.sensorAllows(sensor, channels, intervalNs))
        faults.push(`${name}: subscribed to "${sensor}"`);
    }
    for (const { action, url } of messages.splice(0)) {
      if (!granted.messageAllows(action, url)) faults.push(`${name}: ${action} of "${url}"`);
    }
    for (const target of connections.splice(0)) {
      if (!granted.connectionAllows(target)) faults.push(`${name}: connection to ${target}`);
    }
  };
  const driven: GuestAbi = {
    name: 'random module',
    claims: () => true,
    connect: (context, app) => ({
      tables: services.framework.connect(context, app).tables,
      *run({ exports }: AbiGuest) {
        const names = Object.keys(exports).filter((name) => takesNothing(exports[name]));
        while (next < order.length && names.length > 0) {
          const name = names[(order[next] as number) % names.length] as string;
          next += 1;
          try {
            (exports[name] as () => unknown)();
          } catch (error) {
            if (!isOwnTrap(error)) throw error;
          } finally {
            check(name);
          }
        }
        yield clock.nowNs();
        return 0;
      },
    }),
  };
  const execution = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: DURATION_NS,
    hostApis: [...services.hostApis, fuzzingSupport(module)],
    guestAbis: [driven],
  }).start(
    {
      manifest: parseManifest(
        { ...manifest, limits: { memoryPages: MEMORY_PAGES } },
        'manifest of a random module',
      ),
      board,
      module,
    },
    { log: () => {}, standardOutput: () => {}, standardError: () => {}, denial: () => {} },
  );
  const exit = await execution.exited;
  check('at the end');
  faults.push(...hardware.openHandles().map((handle) => `left open: ${handle}`));
  if (exit.code !== undefined && exit.code !== 'KANCHI_TRAP')
    faults.push(`${exit.code}: ${exit.stack ?? exit.message}`);
  return { faults, exit, next, traceEntries };
}

function takesNothing(value: WebAssembly.ExportValue | undefined): boolean {
  return typeof value === 'function' && value.length === 0;
}

/** What the module does wrong by itself; the calls of the host throw other errors. */
function isOwnTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

/** Imports of the generator's own, with which other hosts print values: they do nothing here. */
function fuzzingSupport({ functionImports }: LoadedModule): HostApi {
  const module = 'fuzzing-support';
  const own = [...functionImports].filter(([name]) => name.startsWith(`${module}.`));
  const signatures = Object.fromEntries(own.map(([name, type]) => [name.slice(module.length + 1), type]));
  return {
    module,
    signatures,
    create: () =>
      Object.fromEntries(
        Object.entries(signatures).map(([name, type]) => [name, () => (type.endsWith('I') ? 0n : 0)]),
      ),
  };
}
