import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { TraceEntry } from '@kanchi/hal/mock';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import {
  type AppExecution,
  type Board,
  type BusBroker,
  loadModule,
  RuntimeError,
  WorkerExecutor,
  type WorkerExecutorOptions,
} from '@kanchi/runtime';
import { createAppExtension, MESSAGE_PAYLOAD_BYTES } from '../../packages/cli/dist/broker/app-extension.js';
import { partsOfBoard } from '../../packages/cli/dist/broker/board-parts.js';
import { stuckFor } from '../isolation/guest-modules.ts';
import { repositoryRoot } from '../support/repository.ts';
import {
  arenaBoard,
  attackerManifest,
  PULSE_LINE,
  STEADY_INTERVAL_NS,
  steadyManifest,
  violations,
} from './arena-board.ts';
import { type Attack, builtModule, moduleOfAttack } from './attack.ts';
import { type AttackRun, loadedOrRefused, Said } from './attack-run.ts';

/** How long an attacker that was asked to stop may take, milliseconds: that of the product, for a busy machine. */
const STOP_GRACE_MS = 1000;
/** A deadline for what cannot be late by that much on any machine: a failure, not a measurement. */
const PATIENCE_MS = 120_000;

interface ThreadView {
  readonly ticket: number;
  readonly levels: Readonly<Record<string, number>>;
  readonly openHandles: readonly string[];
  readonly clients: readonly { readonly client: string; readonly missed: number }[];
  readonly trace: readonly TraceEntry[];
}

/** One thread that owns hardware. */
class ArenaThread {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  #ticket = 0;

  /** `pulses`: whether the world toggles the pulse line here. */
  constructor(board: Board, pulses: boolean) {
    const doorbell = createDoorbell();
    const { port1, port2 } = new MessageChannel();
    this.#worker = new Worker(new URL('./arena-thread.mjs', import.meta.url), {
      workerData: {
        board,
        doorbell,
        port: port2,
        ...(pulses ? { pulse: { line: PULSE_LINE, intervalNs: STEADY_INTERVAL_NS } } : {}),
      },
      transferList: [port2],
      execArgv: [],
    });
    this.connection = new BrokerConnection({ port: port1, doorbell });
  }

  async view(clearsTrace: boolean): Promise<ThreadView> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.connection.send({ ticket, clearsTrace });
    for (;;) {
      const [view] = (await once(this.#worker, 'message')) as [ThreadView];
      if (view.ticket === ticket) return view;
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.connection.stop();
    await ended;
  }
}

/** What the well-behaved app said last, and what the host says of it. */
interface SteadyState {
  readonly readings: number;
  /** Readings that were taken and did not arrive. */
  readonly lost: number;
  /** Points of its grid at which the host took none because the machine had its cores elsewhere. */
  readonly missed: number;
  readonly failed: number;
  readonly expiries: number;
  readonly edges: number;
  readonly edgesLost: number;
}

/** Threads for the hardware, the well-behaved app in its own, and attackers in theirs. */
export class WorkerArena {
  readonly #parts: readonly { readonly thread: ArenaThread; readonly broker: BusBroker }[];
  readonly #executor: WorkerExecutor;
  readonly #options: WorkerExecutorOptions;
  readonly #steady: AppExecution;
  readonly #steadySaid = new Said();

  constructor() {
    this.#parts = partsOfBoard(arenaBoard).map(({ name, i2cBuses, spiBuses, board }) => {
      const thread = new ArenaThread(board, name === '');
      return { thread, broker: { name, i2cBuses, spiBuses, broker: thread.connection } };
    });
    this.#options = {
      brokers: this.#parts.map(({ broker }) => broker),
      workerEntry: new URL(`file://${repositoryRoot}packages/cli/dist/broker/app-worker.js`),
      extend: createAppExtension,
      payloadBytes: MESSAGE_PAYLOAD_BYTES,
      stopGraceMs: STOP_GRACE_MS,
    };
    this.#executor = new WorkerExecutor(this.#options);
    const module = loadModule(builtModule('test/hostile/steady/build/steady-sensor.wasm'), {
      source: 'steady-sensor.wasm',
      maximumPages: steadyManifest.limits.memoryPages,
    });
    this.#steady = this.#executor.start(
      { manifest: steadyManifest, board: arenaBoard, module },
      this.#steadySaid,
    );
  }

  /** Runs one attack; the well-behaved app goes on meanwhile. */
  async attack(attack: Attack): Promise<AttackRun> {
    const bytes = await moduleOfAttack(attack);
    const manifest = attackerManifest(attack.name, attack.limits);
    const loaded = loadedOrRefused(() =>
      loadModule(bytes, { source: attack.file, maximumPages: manifest.limits.memoryPages }),
    );
    const before = await this.#view(true);
    const said = new Said();
    if (loaded instanceof RuntimeError) return this.#run(before, said, undefined, loaded);
    const execution = this.#executor.start({ manifest, board: arenaBoard, module: loaded }, said);
    const over = new AbortController();
    void execution.begun
      .then(() => delay(attack.forMs, undefined, { signal: over.signal }))
      .then(
        () => execution.requestStop(),
        () => {},
      );
    const exit = await execution.exited;
    over.abort();
    return this.#run(before, said, exit, undefined);
  }

  /**
   * Runs an app that is in native code for so long, where nothing can interrupt its thread. Resolves when the app is over;
   * `threadEnded` when its thread is not there any more.
   */
  async stuck(
    milliseconds: number,
    limits: Readonly<Record<string, number>>,
  ): Promise<AttackRun & { readonly threadEnded: Promise<void> }> {
    let isEnded = (): void => {};
    const threadEnded = new Promise<void>((resolve) => {
      isEnded = resolve;
    });
    const executor = new WorkerExecutor({
      ...this.#options,
      workerEntry: new URL('../isolation/stuck-worker.mjs', import.meta.url),
      tell: () => isEnded(),
    });
    const manifest = attackerManifest('stuck', limits);
    const module = loadModule(stuckFor(milliseconds), {
      source: 'stuck.wasm',
      maximumPages: manifest.limits.memoryPages,
    });
    const before = await this.#view(true);
    const said = new Said();
    const exit = await executor.start({ manifest, board: arenaBoard, module }, said).exited;
    return { ...(await this.#run(before, said, exit, undefined)), threadEnded };
  }

  async #run(
    before: Omit<ThreadView, 'ticket'>,
    said: Said,
    exit: AttackRun['exit'],
    refusal: RuntimeError | undefined,
  ): Promise<AttackRun> {
    const after = await this.#view(true);
    const clientsBefore = before.clients.map(({ client }) => client);
    return {
      exit,
      refusal,
      said,
      violations: violations(after.trace),
      leftHandles: after.openHandles.filter((handle) => !before.openHandles.includes(handle)),
      leftClients: after.clients
        .map(({ client }) => client)
        .filter((client) => !clientsBefore.includes(client)),
      lampLevel: after.levels['lamp'] ?? -1,
    };
  }

  /** What the well-behaved app has: resolves when it has more readings than it had. Rejects when it ended or stands still. */
  async steady(): Promise<SteadyState> {
    const { readings } = this.#steadyState();
    const patience = new AbortController();
    const stands = delay(PATIENCE_MS, undefined, { signal: patience.signal }).then(() => {
      throw new Error(`the well-behaved app has had no reading for ${PATIENCE_MS} ms`);
    });
    const ended = this.#steady.exited.then(({ reason, message }) => {
      throw new Error(`the well-behaved app ended: ${reason} ${message}`);
    });
    const goesOn = async (): Promise<void> => {
      while (this.#steadyState().readings === readings) await delay(5);
    };
    await Promise.race([goesOn(), stands, ended]).finally(() => patience.abort());
    stands.catch(() => {});
    return this.#steadyState();
  }

  /** What the host counts as points of the well-behaved app's grid that it missed. */
  async missedByHost(): Promise<number> {
    const { clients } = await this.#view(false);
    return clients.find(({ client }) => client.startsWith('steady'))?.missed ?? -1;
  }

  get steadyCounters(): Readonly<Record<string, number>> {
    return this.#steady.counters.snapshot();
  }

  /** Ends the well-behaved app and the threads of the hardware. */
  async stop(): Promise<void> {
    this.#steady.requestStop();
    await this.#steady.exited;
    await Promise.all(this.#parts.map(({ thread }) => thread.stop()));
  }

  #steadyState(): SteadyState {
    const [last] = this.#steadySaid.output.trimEnd().split('\n').slice(-1);
    const fields = Object.fromEntries(
      [...(last ?? '').matchAll(/(?<name>\w+) (?<number>\d+)/gu)].map(({ groups }) => [
        groups?.['name'],
        Number(groups?.['number']),
      ]),
    ) as Partial<SteadyState>;
    const none = { readings: 0, lost: 0, missed: 0, failed: 0, expiries: 0, edges: 0, edgesLost: 0 };
    return { ...none, ...fields };
  }

  async #view(clearsTrace: boolean): Promise<Omit<ThreadView, 'ticket'>> {
    const views = await Promise.all(this.#parts.map(({ thread }) => thread.view(clearsTrace)));
    return {
      levels: Object.assign({}, ...views.map(({ levels }) => levels)),
      openHandles: views.flatMap(({ openHandles }) => openHandles),
      clients: views.flatMap(({ clients }) => clients),
      trace: views.flatMap(({ trace }) => trace),
    };
  }
}
