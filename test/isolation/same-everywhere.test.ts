import { readFileSync } from 'node:fs';
import { VirtualClock } from '@kanchi/hal/mock';
import {
  type AppPackage,
  InlineExecutor,
  kanchiHostApis,
  loadModule,
  parseBoard,
  parseManifest,
} from '@kanchi/runtime';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createFrameworkAbi, LocalEndpoint, MessageRouter } from '@kanchi/sensor-framework/wamr';
import { describe, expect, it } from 'vitest';
import { createBoardHub } from '../../packages/cli/dist/board-hub.js';
import { createMockHardware } from '../../packages/cli/dist/mock-hardware.js';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';
import { appPackage, builtGuest, StartedApp, testBoard, WorkerBench } from './worker-bench.ts';

const examples = repositoryFiles()
  .map((path) => /^examples\/(?<name>[^/]+)\/app\.json$/u.exec(path)?.groups?.['name'])
  .filter((name) => name !== undefined);

const readJson = (path: string): unknown => JSON.parse(readFileSync(repositoryRoot + path, 'utf8'));

function exampleApp(name: string): { app: AppPackage; board: object } {
  const board = readJson(`examples/${name}/board.json`) as object;
  const manifest = parseManifest(readJson(`examples/${name}/app.json`), `${name}/app.json`);
  const module = loadModule(readFileSync(`${repositoryRoot}examples/${name}/${manifest.module}`), {
    source: name,
    maximumPages: manifest.limits.memoryPages,
  });
  return { app: { manifest, board: parseBoard(board, `${name}/board.json`), module }, board };
}

/** What a run showed to the outside. */
interface Shown {
  readonly output: string;
  readonly errorOutput: string;
  readonly logLines: readonly string[];
  readonly denials: readonly string[];
  readonly exit: object;
}

async function shownBy(app: StartedApp): Promise<Shown> {
  const { reason, exitCode, code, message } = await app.execution.exited;
  const { output, errorOutput, logLines, denials } = app;
  return { output, errorOutput, logLines, denials, exit: { reason, exitCode, code, message } };
}

async function runInline(app: AppPackage): Promise<{ shown: Shown; trace: string; openHandles: number }> {
  const clock = new VirtualClock();
  const hardware = createMockHardware(app.board, clock);
  const hub = createBoardHub(app.board, hardware, clock, new SimulatedKernelFiles());
  const connectSensors = ({ appName }: { appName: string }): HubSession => new HubSession(hub, appName);
  const router = new MessageRouter();
  const hostApis = [...kanchiHostApis, createSensorApi(connectSensors)];
  const guestAbis = [
    createFrameworkAbi({
      connectSensors,
      connectMessages: ({ appName }) => new LocalEndpoint(router, appName),
    }),
  ];
  const executor = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: 5_000_000_000n,
    hostApis,
    guestAbis,
  });
  const shown = await shownBy(new StartedApp(executor, app));
  hub.closeAll();
  return { shown, trace: hardware.trace.toText(), openHandles: hardware.openHandleCount() };
}

async function runInWorker(app: AppPackage, board: object): Promise<Shown> {
  const bench = new WorkerBench(board);
  try {
    return await shownBy(bench.start(app));
  } finally {
    await bench.stop();
  }
}

describe('an app that does not depend on time', () => {
  const cases = [
    ...['hello-world', 'denied'].map((name) => ({ name, ...exampleApp(name) })),
    ...['wasi-exit', 'libc-all', 'traps'].map((name) => {
      const app = appPackage({ name, module: builtGuest(name), arguments: ['bad-label'] });
      return { name, app, board: testBoard };
    }),
  ];
  for (const { name, app, board } of cases) {
    it(`shows the same inline and in a worker: ${name}`, async () => {
      const { shown } = await runInline(app);
      expect(shown.output).not.toBe('');
      expect(await runInWorker(app, board)).toEqual(shown);
    });
  }
});

describe('virtual time', () => {
  it('has every example to try', () => {
    expect(examples.length).toBeGreaterThanOrEqual(7);
  });

  for (const name of examples) {
    it(`gives two runs of ${name} with the same trace, byte for byte`, async () => {
      const { app, board } = exampleApp(name);
      const first = await runInline(app);
      const second = await runInline(app);
      expect(second).toEqual(first);
      expect(first.openHandles).toBe(0);
      // An example with hardware moves something.
      const hasHardware = ['lines', 'i2c', 'spi', 'uart', 'mmio', 'pwm'].some((section) => section in board);
      expect(first.trace === '').toBe(!hasHardware);
    });
  }
});
