import { type MockBoard, VirtualClock } from '@kanchi/hal/mock';
import {
  AppCounters,
  type AppExit,
  type AppHost,
  type Board,
  InlineExecutor,
  kanchiHostApis,
  loadModule,
  RuntimeError,
  runAppInSteps,
} from '@kanchi/runtime';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession, type SensorHub } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createFrameworkAbi, LocalEndpoint, MessageRouter } from '@kanchi/sensor-framework/wamr';
import { createBoardHub } from '../../packages/cli/dist/board-hub.js';
import { createMockHardware, lineLevels } from '../../packages/cli/dist/mock-hardware.js';
import {
  arenaBoard,
  attackerManifest,
  STEADY_INTERVAL_NS,
  steadyManifest,
  violations,
} from './arena-board.ts';
import { type Attack, builtModule, moduleOfAttack } from './attack.ts';
import { type AttackRun, loadedOrRefused, Said } from './attack-run.ts';

/** Times at which the well-behaved app got something, nanoseconds. */
export interface SteadyRun {
  readonly exit: AppExit | undefined;
  readonly readings: readonly bigint[];
  readonly expiries: readonly bigint[];
  readonly endedNs: bigint;
}

/** The well-behaved app goes on for so long after the attack has ended. */
const AFTER_NS = 100_000_000n;

/** Runs one attack beside the well-behaved app, on one thread in virtual time, on hardware of its own. */
export async function attackInline(attack: Attack): Promise<AttackRun & { readonly steady: SteadyRun }> {
  const clock = new VirtualClock();
  const hardware = createMockHardware(arenaBoard, clock);
  // As in worker execution, where each bus with sensors has a thread: a read for one app holds up no other bus.
  const kernelFiles = new SimulatedKernelFiles();
  const steadyHub = createBoardHub(withSensors(['steady']), hardware, clock, kernelFiles);
  const hub = createBoardHub(withSensors(['air', 'secret']), hardware, clock, kernelFiles);
  const steady = new SteadyApp(clock, hardware, steadyHub);
  // So that no read for the attacker is due at the instant of one for the other: on this one thread it would run inside that.
  clock.advanceTo(STEADY_INTERVAL_NS / 2n);
  if (attack.hasKeyStorm) toggleKey(clock, hardware);
  const handlesBefore = hardware.openHandles();
  const router = new MessageRouter();
  const victim = new LocalEndpoint(router, 'victim');
  victim.register('/secret');
  victim.subscribe('/secret/news');
  const bytes = await moduleOfAttack(attack);
  const manifest = attackerManifest(attack.name, attack.limits);
  const loaded = loadedOrRefused(() =>
    loadModule(bytes, { source: attack.file, maximumPages: manifest.limits.memoryPages }),
  );
  const said = new Said();
  let exit: AppExit | undefined;
  if (!(loaded instanceof RuntimeError)) {
    const executor = new InlineExecutor({
      hal: hardware,
      clock,
      durationNs: BigInt(attack.forMs) * 1_000_000n,
      hostApis: [...kanchiHostApis, createSensorApi(({ appName }) => new HubSession(hub, appName))],
      guestAbis: [
        createFrameworkAbi({
          connectSensors: ({ appName }) => new HubSession(hub, `${appName} framework`),
          connectMessages: ({ appName }) => new LocalEndpoint(router, appName),
        }),
      ],
    });
    exit = await executor.start({ manifest, board: arenaBoard, module: loaded }, said).exited;
  }
  clock.advanceTo(clock.nowNs() + AFTER_NS);
  const run = {
    exit,
    refusal: loaded instanceof RuntimeError ? loaded : undefined,
    said,
    violations: [
      ...violations(hardware.trace.entries()),
      ...(victim.take() === undefined ? [] : ['a message to the victim']),
    ],
    leftHandles: hardware.openHandles().filter((handle) => !handlesBefore.includes(handle)),
    leftClients: hub.clientStates().map(({ client }) => client),
    lampLevel: lineLevels(arenaBoard, hardware)['lamp'] ?? -1,
    steady: steady.stop(),
  };
  hub.closeAll();
  steadyHub.closeAll();
  return run;
}

/** A line that the attacker watches changes every 100 us. */
function toggleKey(clock: VirtualClock, hardware: MockBoard): void {
  const { line } = arenaBoard.lines.get('key') as { readonly line: number };
  const toggle = (level: 0 | 1): void => {
    hardware.line(line).drive(level);
    clock.schedule(clock.nowNs() + 100_000n, () => toggle(level === 0 ? 1 : 0));
  };
  toggle(0);
}

function withSensors(labels: readonly string[]): Board {
  return {
    ...arenaBoard,
    sensors: new Map([...arenaBoard.sensors].filter(([label]) => labels.includes(label))),
  };
}

/** A guest that runs on the clock's thread whenever something is there for it, also while another guest waits. */
class SteadyApp {
  readonly #clock: VirtualClock;
  readonly #steps: Generator<bigint, AppExit, void>;
  readonly #readings: bigint[] = [];
  readonly #expiries: bigint[] = [];
  #exit: AppExit | undefined;
  #isStopped = false;
  #cancel = (): void => {};

  constructor(clock: VirtualClock, hal: AppHost['hal'], hub: SensorHub) {
    this.#clock = clock;
    const decoder = new TextDecoder();
    const module = loadModule(builtModule('test/hostile/steady/build/steady-events.wasm'), {
      source: 'steady-events.wasm',
      maximumPages: steadyManifest.limits.memoryPages,
    });
    this.#steps = runAppInSteps(
      { manifest: steadyManifest, board: arenaBoard, module },
      {
        hal,
        clock,
        counters: new AppCounters(),
        hostApis: kanchiHostApis,
        guestAbis: [
          createFrameworkAbi({
            connectSensors: () =>
              new HubSession(hub, 'steady', () => clock.schedule(clock.nowNs(), () => this.#step())),
            connectMessages: () => new LocalEndpoint(new MessageRouter(), 'steady'),
          }),
        ],
        stopRequested: () => this.#isStopped,
        pumpEvents: () => {},
        fillRandom: (bytes) => bytes.fill(0),
        onDenial: (text) => {
          throw new Error(text);
        },
        output: {
          log: () => {},
          standardError: () => {},
          standardOutput: (bytes) => {
            for (const line of decoder.decode(bytes).split('\n')) {
              if (line === 'reading') this.#readings.push(clock.nowNs());
              else if (line === 'expiry') this.#expiries.push(clock.nowNs());
              else if (line !== '') throw new Error(line);
            }
          },
        },
      },
    );
    this.#step();
  }

  stop(): SteadyRun {
    this.#isStopped = true;
    const endedNs = this.#clock.nowNs();
    this.#step();
    return { exit: this.#exit, readings: this.#readings, expiries: this.#expiries, endedNs };
  }

  #step(): void {
    this.#cancel();
    const step = this.#steps.next();
    if (step.done === true) this.#exit = step.value ?? this.#exit;
    else this.#cancel = this.#clock.schedule(step.value, () => this.#step());
  }
}
