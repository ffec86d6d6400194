import { kanchiImports } from '../abi/kanchi.ts';
import { DEFAULT_HEAP_BYTES } from '../abi/libc/place-app-heap.ts';
import { libcImports } from '../abi/libc-imports.ts';
import { type LinkedImports, linkImports } from '../abi/link-imports.ts';
import { wasiImports } from '../abi/wasi-imports.ts';
import { errorNumber } from '../guest/error-number.ts';
import { GuestEnding } from '../guest/guest-ending.ts';
import { GuestExit } from '../guest/guest-exit.ts';
import { GuestMemory, PAGE_BYTES } from '../guest/guest-memory.ts';
import { GuestTables } from '../guest/guest-tables.ts';
import { HandleTable } from '../guest/handle-table.ts';
import { LastError } from '../guest/last-error.ts';
import type { AppContext, AppResource } from '../host-api/app-context.ts';
import { BusBudget } from '../host-api/bus-budget.ts';
import { closeAllHandles } from '../host-api/call-result.ts';
import { createRevokedRelease } from '../host-api/release-revoked.ts';
import { DenialLog } from '../permission/denial.ts';
import type { Grants } from '../permission/grant.ts';
import { AppPermissions } from '../policy/app-permissions.ts';
import { underPolicy } from '../policy/limit-caps.ts';
import { messageLine } from '../printable.ts';
import { AppEvents } from './app-events.ts';
import { type AppExit, type AppOutcome, describeFailure, EXIT_CODE_MASK } from './app-exit.ts';
import type { AppHost, AppPackage } from './app-host.ts';
import { AppLimits } from './app-limits.ts';
import { AppLog, raiseLogAdvice } from './app-log.ts';
import { CallBudget } from './call-budget.ts';
import { findCallbacks, runCallbacks } from './guest-callbacks.ts';
import { runMain } from './guest-main.ts';
import { TurnMark } from './turn-mark.ts';

/**
 * Runs one app on the calling thread until it ends, and blocks as long as it runs. See `runAppInSteps`.
 */
export function runApp(app: AppPackage, host: AppHost): AppExit {
  const steps = runAppInSteps(app, host);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) {
      return step.value;
    }
    host.clock.waitUntil(step.value);
  }
}

/**
 * Runs one app on the calling thread. An app of a calling convention that can be left (`GuestAbiRun.run`) yields the time
 * until which it has nothing to do, so that several can share a thread in tests; every other blocks until it ends. Whatever happens, every handle that
 * the app opened is closed before this returns: outputs are at their safe levels.
 *
 * Never throws for what the guest does; a fault of the host itself comes back as `failed` with KANCHI_INTERNAL.
 */
export function* runAppInSteps(given: AppPackage, host: AppHost): Generator<bigint, AppExit, void> {
  const app = underPolicy(given);
  const leftOpen: unknown[] = [];
  let context: AppContext | undefined;
  // A host call that ends the guest takes its hardware away at once: the guest may catch what the call throws and go on.
  const ending = new GuestEnding((reason) => {
    if (context !== undefined) {
      leftOpen.push(...closeAllHandles(context));
    }
    host.onEnding?.(withCounts(host, context, describeEnd(app, host, reason)));
  });
  let outcome: AppOutcome;
  try {
    context = createContext(app, host, ending);
    outcome = yield* execute(app, host, context);
    ending.check();
  } catch (error) {
    outcome = describeEnd(app, host, ending.begin(error));
  }
  if (context !== undefined) {
    context.memory.noteGrowth();
    context.tables.look();
    leftOpen.push(...closeAllHandles(context));
  }
  tellLeftOpen(host, leftOpen);
  return withCounts(host, context, outcome);
}

function withCounts(host: AppHost, context: AppContext | undefined, outcome: AppOutcome): AppExit {
  const { message } = outcome;
  return {
    ...outcome,
    // Names inside a module, and what the app was told last, are texts of the app.
    message: message === undefined ? undefined : messageLine(message),
    counters: host.counters.snapshot(),
    refusals: context?.denials.entries() ?? [],
  };
}

/** What a throw that ended the guest means. */
function describeEnd(app: AppPackage, host: AppHost, reason: unknown): AppOutcome {
  return reason instanceof GuestExit
    ? ended(host, reason.exitCode & EXIT_CODE_MASK)
    : describeFailure(app.manifest.name, reason);
}

function createContext(app: AppPackage, host: AppHost, ending: GuestEnding): AppContext {
  const { manifest, board } = app;
  const { clock, counters } = host;
  const permissions = new AppPermissions(manifest, board, app.policy, host.narrowings);
  const grants = host.grants ?? permissions.grants;
  const turns = host.turns ?? new TurnMark();
  const limits = new AppLimits({
    appName: manifest.name,
    advise: (name) => permissions.adviseLimit(name, app.manifestName),
    values: manifest.limits,
    clock,
    counters,
    output: host.output,
  });
  const { eventQueueDepth, memoryPages } = manifest.limits;
  const events = new AppEvents({
    clock,
    counters,
    turns,
    capacity: eventQueueDepth,
    onDropped: () =>
      limits.tell(
        'eventQueueDepth',
        `${eventQueueDepth} events wait and the oldest is dropped for each new one`,
      ),
    stopRequested: () => host.stopRequested(),
    pump: () => host.pumpEvents(),
  });
  // The engine refuses what would be more, and tells the guest only.
  const memory = new GuestMemory((byteLength) => {
    if (byteLength >= memoryPages * PAGE_BYTES) {
      limits.reached('memoryPages', `its memory has grown to all ${memoryPages} pages that it can have`);
    }
  });
  const { tableElements } = manifest.limits;
  const tables = new GuestTables(() => {
    limits.reached(
      'tableElements',
      `a function table has grown to all of the ${tableElements} elements that it can have`,
    );
  });
  const context: AppContext = {
    appName: manifest.name,
    compat: manifest.compat,
    hal: host.hal,
    clock,
    board,
    permissions,
    grants,
    denials: new DenialLog({
      onFirst: (text) => host.onDenial(text),
      ...(app.manifestName === undefined ? {} : { manifestName: app.manifestName }),
    }),
    ending,
    memory,
    tables,
    handles: new HandleTable<AppResource>(manifest.limits.handles),
    limits,
    busBudget: new BusBudget(manifest.limits.busMicrosecondsPerSecond),
    calls: new CallBudget({ counters, clock, events, limits, ending }),
    events,
    log: new AppLog({
      appName: manifest.name,
      advise: () => adviseLog(app, permissions),
      output: host.output,
      clock,
      counters,
      maxBytesPerSecond: grants.log?.maxBytesPerSecond ?? 0,
    }),
    counters,
    turns,
    ready: () => host.onReady?.(),
    lastError: new LastError(),
    fillRandom: (bytes) => host.fillRandom(bytes),
  };
  const release = createRevokedRelease(context);
  permissions.addListener(() => tellLeftOpen(host, release()));
  // An app that waits for events takes a revocation up at once.
  context.events.addPump(() => permissions.look());
  context.events.addPump(() => tables.look());
  host.onPermissions?.(permissions);
  return context;
}

/** What could not be closed is told; the broker closes it when the app has ended. */
function tellLeftOpen(host: AppHost, failures: readonly unknown[]): void {
  if (failures.length > 0) {
    host.output.log({
      timeNs: host.clock.nowNs(),
      level: 'error',
      text: `${failures.length} handles could not be closed: ${failures.map(String).join('; ')}`,
    });
  }
}

/** What to write where so that the app may print more: the policy may be what allows so little. */
function adviseLog({ manifestName }: AppPackage, permissions: AppPermissions): string {
  const { maxBytesPerSecond = 0 } = permissions.grants.log ?? {};
  const isMore = ({ log }: Grants): boolean => (log?.maxBytesPerSecond ?? 0) > maxBytesPerSecond;
  return raiseLogAdvice(maxBytesPerSecond, permissions.fileOf(isMore, manifestName));
}

function* execute(app: AppPackage, host: AppHost, context: AppContext): Generator<bigint, AppOutcome, void> {
  const { manifest, module: loaded } = app;
  const abi = host.guestAbis?.find((candidate) => candidate.claims(loaded))?.connect(context, app);
  const libc = libcImports(
    context,
    manifest,
    loaded,
    abi === undefined ? 'as-imported' : (app.heapBytes ?? DEFAULT_HEAP_BYTES),
  );
  const linked: LinkedImports = linkImports(
    loaded,
    [
      ...(abi?.tables ?? []),
      ...kanchiImports(host.hostApis, context),
      wasiImports(context, manifest),
      ...libc.tables,
    ],
    manifest.limits.memoryPages,
    context,
  );
  if (linked.memory !== undefined) {
    context.memory.attach(linked.memory);
  }
  const { turns } = context;
  const instance = turns.start(
    'its start function',
    () => new WebAssembly.Instance(loaded.module, linked.imports),
  );
  context.tables.attach(loaded.tables, instance.exports);
  const memory = linked.memory ?? instance.exports['memory'];
  if (memory instanceof WebAssembly.Memory) {
    context.memory.attach(memory);
    libc.bind(instance, memory);
  }
  callIfExported(turns, instance.exports, '_initialize');
  context.ending.check();
  if (abi !== undefined) {
    callIfExported(turns, instance.exports, '__wasm_call_ctors');
    const exitCode = yield* abi.run({ exports: instance.exports, heap: libc.heapOf(instance.exports) });
    context.ending.check();
    return ended(host, exitCode);
  }
  const callbacks = loaded.style === 'callback' ? findCallbacks(instance.exports) : undefined;
  if (callbacks === undefined) {
    const exitCode = turns.main('main', () => runMain(instance.exports, loaded.entry, libc));
    return ended(host, exitCode);
  }
  const started = runCallbacks(context, callbacks);
  context.ending.check();
  if (started !== 0) {
    const name = Object.entries(errorNumber).find(([, number]) => number === started)?.[0];
    const last = context.lastError.text === '' ? '' : `; last failure: ${context.lastError.text}`;
    return {
      reason: 'failed',
      exitCode: 1,
      code: 'KANCHI_INIT_FAILED',
      message: `app "${manifest.name}": on_init returned ${started}${name === undefined ? '' : ` (${name})`}${last}`,
      stack: undefined,
    };
  }
  return ended(host, 0);
}

function ended(host: AppHost, exitCode: number): AppOutcome {
  return {
    reason: host.stopRequested() ? 'stopped' : 'completed',
    exitCode,
    code: undefined,
    message: undefined,
    stack: undefined,
  };
}

function callIfExported(turns: TurnMark, exports: WebAssembly.Exports, name: string): void {
  const candidate = exports[name];
  if (typeof candidate === 'function') {
    turns.start(name, () => candidate());
  }
}
