import { readFileSync } from 'node:fs';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { InlineExecutor, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { expect, it } from 'vitest';

const folder = 'examples/weather-station';
const manifest = parseManifest(JSON.parse(readFileSync(`${folder}/app.json`, 'utf8')), 'app.json');
const board = parseBoard(JSON.parse(readFileSync(`${folder}/board.json`, 'utf8')), 'board.json');
const module = loadModule(readFileSync(`${folder}/build/weather-station.wasm`), {
  source: 'weather-station.wasm',
  maximumPages: manifest.limits.memoryPages,
});

it('prints what the sensor measures, goes on when it is unplugged, and leaves the LED dark', async () => {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  const sensor = new Bme280({ clock });
  sensor.setTemperatureC(21.5);
  hardware.attachI2cChip(1, 0x76, sensor);
  hardware.faults.add({
    kind: 'unplug',
    target: { on: 'i2c', bus: 1, address: 0x76 },
    at: 2_500_000_000n,
    until: 4_500_000_000n,
  });
  let output = '';
  const execution = new InlineExecutor({ hal: hardware, clock, durationNs: 7_500_000_000n }).start(
    { manifest, board, module },
    {
      log: () => {},
      standardOutput: (bytes) => {
        output += new TextDecoder().decode(bytes);
      },
      standardError: () => {},
      denial: (text) => {
        throw new Error(text);
      },
    },
  );
  const exit = await execution.exited;

  expect(exit.reason).toBe('stopped');
  expect(output.match(/temperature 21\.50 °C/gu)?.length).toBeGreaterThanOrEqual(4);
  expect(output).toMatch(/no reading/u);
  expect(hardware.line(17).level()).toBe(0);
  expect(hardware.openHandles()).toEqual([]);
});
