import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import {
  type AppExit,
  type HostApi,
  type HostFunction,
  InlineExecutor,
  loadModule,
  parseBoard,
  parseManifest,
} from '@kanchi/runtime';
import { createSensorDrivers } from '@kanchi/sensor-framework';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession, openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { Bme280, SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createFrameworkAbi, LocalEndpoint, MessageRouter } from '@kanchi/sensor-framework/wamr';
import { assembleModule, op } from '../support/assembled.ts';
import { requestBytes } from './fuzz/packet-bytes.ts';
import {
  type Passed,
  simulatedConnections,
  urlOf,
  watchedEndpoint,
  watchedPort,
} from './fuzz/watched-ports.ts';

/** One call of a hostile guest, with what it puts into its memory just before. */
export interface HostileCall {
  readonly name: string;
  readonly writes: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  readonly parameters: readonly number[];
  /** Time that passes after it. */
  readonly thenMs: number;
  /** What the guest's allocator gives for the next callback. */
  readonly heapPointer: number;
}

export interface Outcome {
  readonly name: string;
  /** What the call returned or threw. */
  readonly result: unknown;
  /** First and last offset of guest memory that it changed. */
  readonly changed: readonly [number, number] | undefined;
}

export interface HostileRun {
  readonly outcomes: readonly Outcome[];
  readonly passed: Passed;
  readonly callbacks: Readonly<Record<string, number>>;
  /** Due times of the well-behaved app's records, and whether each one had a value and nothing was lost before it. */
  readonly steady: readonly { readonly dueNs: bigint; readonly fine: boolean }[];
  readonly endedNs: bigint;
  /** Addresses on the I2C bus that were ever used. */
  readonly busAddresses: ReadonlySet<number>;
  /** Urls that reached the other apps. */
  readonly peerGot: readonly string[];
  readonly victimGot: readonly string[];
  readonly denials: readonly string[];
  readonly exit: AppExit;
  readonly openSubscriptions: number;
}

export const PAGE_BYTES = 65_536;
export const STEADY_INTERVAL_NS = 20_000_000n;
/** More than any run can cause: what goes beyond it does not end. */
const MAX_CALLBACKS = 5000;
const DAY_NS = 86_400_000_000_000n;

const idle = loadModule(
  assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }] }),
  { source: 'idle', maximumPages: 1 },
);

export const board = parseBoard(
  {
    kanchi: 1,
    name: 'house',
    i2c: { devices: { granted: { bus: 1, address: '0x76' }, other: { bus: 1, address: '0x77' } } },
    sensors: {
      air: { driver: 'bme280', device: 'granted' },
      secret: { driver: 'bme280', device: 'other' },
    },
  },
  'board of the test',
);

const manifest = parseManifest(
  {
    kanchi: 1,
    name: 'hostile',
    version: '0.0.0',
    permissions: [
      { kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz: 50 },
      { kind: 'message', actions: ['register'], topics: ['/lamp'] },
      { kind: 'message', actions: ['request'], topics: ['/peer/*'] },
      { kind: 'message', actions: ['publish', 'subscribe'], topics: ['/alert', '/news/*'] },
      { kind: 'connection', protocol: 'tcp', host: '192.0.2.7', port: 1883 },
      { kind: 'connection', protocol: 'udp', host: '0.0.0.0', port: 5000 },
      { kind: 'connection', protocol: 'udp', host: '192.0.2.9', port: 6000 },
      { kind: 'clock', actions: ['monotonic', 'timer'], minimumIntervalMs: 2 },
      { kind: 'log' },
    ],
  },
  'manifest of the test',
);

/** Runs the calls in an app's context, beside a well-behaved app and two other apps that have messages. */
export async function runHostile(calls: readonly HostileCall[]): Promise<HostileRun> {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  for (const address of [0x76, 0x77]) {
    hardware.attachI2cChip(1, address, new Bme280({ clock, world: { temperatureC: 20 } }));
  }
  const drivers = createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() });
  const hub = new SensorHub({ clock, sensors: openBoardSensors(board, { hal: hardware, clock, drivers }) });
  const steady = new HubSession(hub, 'steady');
  steady.open(
    1,
    'air',
    { intervalNs: STEADY_INTERVAL_NS, queueRecords: 4096 },
    { shortestIntervalNs: STEADY_INTERVAL_NS },
  );
  const router = new MessageRouter();
  const peer = new LocalEndpoint(router, 'peer');
  peer.register('/peer');
  peer.subscribe('/alert');
  const victim = new LocalEndpoint(router, 'victim');
  victim.register('/secret');
  victim.subscribe('/secret/news');
  const peerGot: string[] = [];
  const passed: Passed = { subscriptions: [], messages: [], connections: [] };
  const outcomes: Outcome[] = [];
  const callbacks: Record<string, number> = {};
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  let heapPointer = 0;

  const probe: HostApi = {
    module: 'probe',
    signatures: {},
    create(context) {
      context.memory.attach(memory);
      const abi = createFrameworkAbi({
        connectSensors: () => watchedPort(new HubSession(hub, 'hostile'), passed),
        connectMessages: () => watchedEndpoint(new LocalEndpoint(router, 'hostile'), passed),
        connectConnections: () => simulatedConnections(passed),
      }).connect(context, { manifest, board, module: idle });
      const api = createSensorApi(() => watchedPort(new HubSession(hub, 'hostile sensors'), passed));
      const sensorFunctions = api.create(context);
      const find = (name: string): HostFunction | undefined =>
        name.startsWith('env.') ? abi.tables[0]?.find(name.slice(4))?.call : sensorFunctions[name.slice(14)];
      const counted = (name: string) => (): void => {
        callbacks[name] = (callbacks[name] ?? 0) + 1;
        if ((callbacks[name] ?? 0) > MAX_CALLBACKS) throw new Error(`${name} is called without an end`);
        if ((callbacks[name] ?? 0) % 5 === 4) throw new WebAssembly.RuntimeError('unreachable');
      };
      const app = abi.run({
        exports: Object.fromEntries(callbackNames.map((name) => [name, counted(name)])) as never,
        heap: { allocate: () => heapPointer, free: () => {} },
      });
      app.next();
      for (const [index, call] of calls.entries()) {
        heapPointer = call.heapPointer;
        if (index % 4 === 0) peer.request(requestBytes(1, '/lamp/red', new Uint8Array(0)));
        if (index % 8 === 0) peer.request(requestBytes(6, '/news/today', new Uint8Array(9)));
        outcomes.push(perform(call, find(call.name), memory));
        pass(clock, BigInt(call.thenMs) * 1_000_000n);
        app.next();
        peerGot.push(...serve(peer));
      }
      app.return(0);
      return {};
    },
  };
  const executor = new InlineExecutor({ hal: hardware, clock, durationNs: DAY_NS, hostApis: [probe] });
  const denials: string[] = [];
  const execution = executor.start(
    { manifest, board, module: idle },
    {
      log: () => {},
      standardOutput: () => {},
      standardError: () => {},
      denial: (text) => denials.push(text),
    },
  );
  const exit = await execution.exited;
  const openSubscriptions = hub.clientStates().length - 1;
  // So that the read of the last point has ended.
  pass(clock, 50_000_000n);
  const records: HostileRun['steady'][number][] = [];
  steady.collect((_, { dueNs, lost, readings }) => {
    records.push({ dueNs, fine: lost === 0 && readings.every(({ reason }) => reason === undefined) });
  });
  return {
    outcomes,
    passed,
    callbacks,
    steady: records,
    endedNs: clock.nowNs(),
    busAddresses: new Set(
      hardware.trace
        .entries()
        .filter(({ kind }) => kind === 'i2c-start')
        .map(({ a }) => a),
    ),
    peerGot,
    victimGot: serve(victim),
    denials,
    exit,
    openSubscriptions,
  };
}

/** Lets time pass with all that falls due in it. */
function pass(clock: VirtualClock, durationNs: bigint): void {
  const endNs = clock.nowNs() + durationNs;
  while (clock.nowNs() < endNs) clock.waitUntil(endNs);
  clock.runDue();
}

const callbackNames = [
  'on_init',
  'on_destroy',
  'on_timer_callback',
  'on_sensor_event',
  'on_request',
  'on_response',
  'on_connection_data',
];

function perform(
  { name, writes, parameters }: HostileCall,
  call: HostFunction | undefined,
  memory: WebAssembly.Memory,
): Outcome {
  if (call === undefined) throw new Error(`no function ${name}`);
  const bytes = new Uint8Array(memory.buffer);
  for (const { at, bytes: content } of writes) bytes.set(content.subarray(0, PAGE_BYTES - at), at);
  const before = bytes.slice();
  let result: unknown;
  try {
    result = call(...parameters);
  } catch (error) {
    result = error;
  }
  return { name, result, changed: changedRange(before, bytes) };
}

function changedRange(before: Uint8Array, after: Uint8Array): [number, number] | undefined {
  if (Buffer.compare(before, after) === 0) return undefined;
  const first = before.findIndex((byte, index) => byte !== after[index]);
  const last = before.findLastIndex((byte, index) => byte !== after[index]);
  return [first, last];
}

/** Takes what waits, answers the requests, and gives the urls of them and of the events. */
function serve(endpoint: LocalEndpoint): string[] {
  const urls: string[] = [];
  for (let message = endpoint.take(); message !== undefined; message = endpoint.take()) {
    const { kind, bytes } = message;
    if (kind !== 'request') continue;
    urls.push(urlOf(bytes));
    // The same message number, to the sender.
    if (bytes[1] !== 6)
      endpoint.respond(Uint8Array.from([1, 69, 0, 0, ...bytes.subarray(4, 12), 0, 0, 0, 0]));
  }
  return urls;
}
