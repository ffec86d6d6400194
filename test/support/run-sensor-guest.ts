import { readFileSync } from 'node:fs';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import {
  type AppExecution,
  type AppExit,
  InlineExecutor,
  kanchiHostApis,
  loadModule,
  parseBoard,
  parseManifest,
} from '@kanchi/runtime';
import { createSensorDrivers, type SensorDriverPart, type TimelineEvent } from '@kanchi/sensor-framework';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession, openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { repositoryRoot } from './repository.ts';

export interface SensorGuestOptions {
  readonly arguments: readonly string[];
  /** The board file without its head. */
  readonly board: object;
  readonly permissions: readonly object[];
  readonly seconds: number;
  /** Puts parts and faults on the board before the guest starts. */
  readonly wire: (hardware: MockBoard, clock: VirtualClock) => void;
  /** Given the execution before the guest starts, to narrow what it may do. */
  readonly onStart?: (execution: AppExecution, clock: VirtualClock) => void;
  /** Besides the ones that ship. */
  readonly drivers?: readonly SensorDriverPart[];
}

export interface SensorGuestRun {
  readonly exit: AppExit;
  readonly lines: readonly string[];
  readonly denials: readonly string[];
  readonly events: readonly TimelineEvent[];
  readonly hardware: MockBoard;
  readonly hub: SensorHub;
}

/** Runs `test/guests/build/sensor-probe.wasm` in virtual time, with a hub that reads the sensors of the board. */
export async function runSensorProbe(options: SensorGuestOptions): Promise<SensorGuestRun> {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  options.wire(hardware, clock);
  const manifest = parseManifest(
    {
      kanchi: 1,
      name: 'sensor-probe',
      version: '0.0.0',
      permissions: [
        { kind: 'log', maxBytesPerSecond: 1_000_000 },
        { kind: 'clock', actions: ['monotonic', 'sleep'] },
        ...options.permissions,
      ],
      arguments: options.arguments,
    },
    'manifest of the test',
  );
  const board = parseBoard({ kanchi: 1, name: 'test', ...options.board }, 'board of the test');
  const drivers = [
    ...createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() }),
    ...(options.drivers ?? []),
  ];
  const events: TimelineEvent[] = [];
  const hub = new SensorHub({
    clock,
    sensors: openBoardSensors(board, { hal: hardware, clock, drivers }),
    onEvent: (event) => events.push(event),
  });
  const path = `${repositoryRoot}test/guests/build/sensor-probe.wasm`;
  const module = loadModule(readFileSync(path), { source: path, maximumPages: manifest.limits.memoryPages });
  const hostApis = [...kanchiHostApis, createSensorApi(({ appName }) => new HubSession(hub, appName))];
  const durationNs = BigInt(Math.round(options.seconds * 1e9));
  const decoder = new TextDecoder();
  let output = '';
  const denials: string[] = [];
  const execution = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs,
    hostApis,
    onStart: (started) => options.onStart?.(started, clock),
  }).start(
    { manifest, board, module },
    {
      log: () => {},
      standardOutput: (bytes) => {
        output += decoder.decode(bytes);
      },
      standardError: () => {},
      denial: (text) => denials.push(text),
    },
  );
  const exit = await execution.exited;
  return { exit, lines: output.split('\n').slice(0, -1), denials, events, hardware, hub };
}
