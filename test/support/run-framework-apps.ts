import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import {
  AppCounters,
  type AppExit,
  type AppPermissions,
  kanchiHostApis,
  loadModule,
  parseBoard,
  parseManifest,
  runAppInSteps,
} from '@kanchi/runtime';
import { createSensorDrivers, type SensorDriverPart } from '@kanchi/sensor-framework';
import { HubSession, openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import {
  type AppConnections,
  createFrameworkAbi,
  LocalEndpoint,
  MessageRouter,
} from '@kanchi/sensor-framework/wamr';

export interface FrameworkAppFile {
  readonly name: string;
  readonly module: Uint8Array;
  /** Entries of "permissions" besides log and clock. */
  readonly permissions?: readonly object[];
  /** The whole app.json: it is granted what stands there and nothing else. */
  readonly manifest?: object;
  /** "compat" of the manifest. */
  readonly compat?: 'wamr';
}

export interface FrameworkRunOptions {
  readonly apps: readonly FrameworkAppFile[];
  /** The board file without its head. */
  readonly board?: object;
  /** Given what each app may do before it starts, to take some of it later. */
  readonly onPermissions?: (held: AppPermissions, clock: VirtualClock) => void;
  readonly seconds: number;
  readonly wire?: (hardware: MockBoard, clock: VirtualClock) => void;
  readonly drivers?: readonly SensorDriverPart[];
  readonly connections?: () => AppConnections;
  /** Does something as the host, at the start. */
  readonly host?: (router: MessageRouter, clock: VirtualClock) => void;
}

export interface FrameworkRun {
  readonly exits: ReadonlyMap<string, AppExit>;
  /** `<seconds with three decimals> <app>: <line>`, in the order of time. */
  readonly lines: readonly string[];
  readonly logs: readonly string[];
  readonly denials: readonly string[];
  readonly hub: SensorHub;
  readonly router: MessageRouter;
  /** Lines of one app without their head. */
  readonly linesOf: (app: string) => string[];
}

/** Runs several apps of WAMR's framework on one thread in virtual time, taking turns whenever one has nothing to do. */
export function runFrameworkApps(options: FrameworkRunOptions): FrameworkRun {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  options.wire?.(hardware, clock);
  const board = parseBoard({ kanchi: 1, name: 'test', ...options.board }, 'board of the test');
  const drivers = [
    ...createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() }),
    ...(options.drivers ?? []),
  ];
  const hub = new SensorHub({ clock, sensors: openBoardSensors(board, { hal: hardware, clock, drivers }) });
  let delivered = false;
  const router = new MessageRouter({
    onWaiting: () => {
      delivered = true;
    },
  });
  options.host?.(router, clock);
  let stop = false;
  clock.schedule(BigInt(Math.round(options.seconds * 1e9)), () => {
    stop = true;
  });
  const lines: string[] = [];
  const logs: string[] = [];
  const denials: string[] = [];
  const exits = new Map<string, AppExit>();
  const abi = createFrameworkAbi({
    connectSensors: ({ appName }) => new HubSession(hub, appName),
    connectMessages: ({ appName }) => new LocalEndpoint(router, appName),
    ...(options.connections === undefined ? {} : { connectConnections: options.connections }),
  });
  const running = options.apps.map(({ name, module, permissions = [], manifest: file, compat }) => {
    const manifest = parseManifest(
      file ?? {
        kanchi: 1,
        name,
        version: '0.0.0',
        ...(compat === undefined ? {} : { compat }),
        permissions: [
          { kind: 'log', maxBytesPerSecond: 1_000_000 },
          { kind: 'clock', actions: ['monotonic', 'timer'] },
          ...permissions,
        ],
      },
      'manifest of the test',
    );
    const loaded = loadModule(module, { source: `${name}.wasm`, maximumPages: manifest.limits.memoryPages });
    const at = (): string => (Number(clock.nowNs()) / 1e9).toFixed(3);
    const decoder = new TextDecoder();
    let partial = '';
    const steps = runAppInSteps(
      { manifest, board, module: loaded },
      {
        hal: hardware,
        clock,
        counters: new AppCounters(),
        hostApis: kanchiHostApis,
        guestAbis: [abi],
        stopRequested: () => stop,
        pumpEvents: () => clock.runDue(),
        fillRandom: (bytes) => bytes.fill(7),
        onDenial: (text) => denials.push(text),
        onPermissions: (held) => options.onPermissions?.(held, clock),
        output: {
          log: ({ level, text }) => logs.push(`${name}: ${level}: ${text}`),
          standardError: () => {},
          standardOutput: (bytes) => {
            const [last = '', ...whole] = (partial + decoder.decode(bytes)).split('\n').reverse();
            for (const line of whole.reverse()) lines.push(`${at()} ${name}: ${line}`);
            partial = last;
          },
        },
      },
    );
    return { name, steps, dueNs: 0n };
  });
  let active = running;
  while (active.length > 0) {
    delivered = false;
    active = active.filter((app) => {
      const step = app.steps.next();
      if (step.done === true) exits.set(app.name, step.value);
      else app.dueNs = step.value;
      return step.done !== true;
    });
    if (delivered || active.length === 0) continue;
    const [first] = active.toSorted((one, other) => Number(one.dueNs - other.dueNs));
    if (first !== undefined) clock.waitUntil(first.dueNs);
  }
  hub.closeAll();
  return {
    exits,
    lines,
    logs,
    denials,
    hub,
    router,
    linesOf: (app) =>
      lines.filter((line) => line.slice(6).startsWith(`${app}: `)).map((line) => line.slice(8 + app.length)),
  };
}
