import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { InlineExecutor, kanchiHostApis, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { createSensorDrivers } from '@kanchi/sensor-framework';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession, openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';

const LABEL = 16;
const CONTRACT = 64;
const INTERVAL_MS = 100;

it('a subscription over the limit is refused, counted, and told with the line that raises the limit', async () => {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock, i2c: { buses: [1] } });
  const board = parseBoard(
    {
      kanchi: 1,
      name: 'test',
      i2c: { devices: { one: { bus: 1, address: '0x76' } } },
      sensors: { air: { driver: 'bme280', device: 'one' } },
    },
    'board of the test',
  );
  const manifest = parseManifest(
    {
      kanchi: 1,
      name: 'greedy',
      version: '0.0.0',
      limits: { sensorSubscriptions: 2 },
      permissions: [{ kind: 'sensor', sensor: 'air' }, { kind: 'log' }],
    },
    'manifest of the test',
  );
  const results = 256;
  const module = loadModule(
    assembleModule({
      imports: [
        { module: 'kanchi_sensor', name: 'subscribe', type: '(iii)i' },
        { module: 'kanchi_log', name: 'write', type: '(iii)i' },
        { module: 'kanchi_log', name: 'last_error', type: '(ii)i' },
      ],
      functions: [
        {
          exports: ['main'],
          type: '()',
          body: (call) => [
            op.i32(CONTRACT),
            op.i32(INTERVAL_MS * 1_000_000),
            op.store32,
            ...[0, 1, 2].flatMap((index) => [
              op.i32(results + 4 * index),
              op.i32(LABEL),
              op.i32(3),
              op.i32(CONTRACT),
              call('kanchi_sensor.subscribe'),
              op.store32,
            ]),
            // The text of the refusal, as the app gets it, into the log.
            op.i32(2),
            op.i32(512),
            op.i32(512),
            op.i32(400),
            call('kanchi_log.last_error'),
            call('kanchi_log.write'),
            op.drop,
          ],
        },
      ],
      data: { [LABEL]: 'air' },
    }),
    { source: 'greedy.wasm', maximumPages: 1 },
  );
  const drivers = createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() });
  const hub = new SensorHub({ clock, sensors: openBoardSensors(board, { hal: hardware, clock, drivers }) });
  const lines: string[] = [];
  const execution = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: 1_000_000_000n,
    hostApis: [...kanchiHostApis, createSensorApi(({ appName }) => new HubSession(hub, appName))],
  }).start(
    { manifest, board, module },
    {
      log: ({ text }) => lines.push(text),
      standardOutput: () => {},
      standardError: () => {},
      denial: (text) => lines.push(text),
    },
  );
  const exit = await execution.exited;
  const told =
    'sensor "air": 2 subscriptions are open, close some; raise "limits.sensorSubscriptions" in app.json: "limits": { "sensorSubscriptions": 4 }';
  expect(lines).toEqual([`app "greedy": ${told}`, `kanchi_sensor.subscribe: ${told}`]);
  expect(exit.counters).toMatchObject({ subscriptionsRefused: 1, failures: 1, denials: 0 });
  hub.closeAll();
  hardware.close();
});
