import type { SensorDriverPart } from '@kanchi/sensor-framework';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { runFrameworkApps } from '../support/run-framework-apps.ts';
import { air, app, board, run } from './bare-app.ts';

const sensorApp = (interval: number, label = 'air') => `
static double f64(const uint8_t *p) { double d; memcpy(&d, p, 8); return d; }
OUT(on_init) void on_init(void)
{
    int id = wasm_sensor_open("${label}", 0);
    printf("open %d again %d config %d\\n", id, wasm_sensor_open("${label}", 0), wasm_sensor_config(id, ${interval}, 0, 0));
}
OUT(on_sensor_event) void on_sensor_event(int id, const uint8_t *p, int length)
{
    int tag = p[6];
    const uint8_t *attribute = p + 8 + tag + 2;
    printf("sensor %d %s %s type %d %.2f of %d aligned %d\\n", id, p + 8, attribute + 2, attribute[2 + attribute[0]],
           f64(attribute + 3 + attribute[0]), length, (int)((uintptr_t)p % 8));
}
`;

describe('sensors', () => {
  it("are opened by name and instance; events are containers in the app's own heap", async () => {
    const { lines } = await run(sensorApp(1000), { permissions: air, seconds: 2.05 });
    expect(lines[0]).toBe('0.000 app: open 1 again -1 config 1');
    expect(lines[1]).toMatch(/app: sensor 1 air temperature type 11 20\.00 of 112 aligned 0$/u);
    expect(lines).toHaveLength(4);
  });

  it('at 100 and 1000 ms keep their own rates: nobody gets the rate of another (reports 1 and 3)', async () => {
    const modules = [await app(sensorApp(100)), await app(sensorApp(1000))];
    const { linesOf, hub } = runFrameworkApps({
      apps: modules.map((module, index) => ({
        name: ['fast', 'slow'][index] ?? '',
        module,
        permissions: air,
      })),
      board,
      seconds: 10.05,
      wire: (hardware, clock) => {
        hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 20 } }));
      },
    });
    const events = (name: string) => linesOf(name).filter((line) => line.startsWith('sensor')).length;
    expect(Math.abs(events('fast') - 101)).toBeLessThanOrEqual(1);
    expect(Math.abs(events('slow') - 11)).toBeLessThanOrEqual(1);
    expect(hub.sensorStates()[0]?.counters.readCount).toBeLessThanOrEqual(103);
  });

  it('stop for the app that sets interval 0, and for no other (report 2)', async () => {
    const stopping = `${sensorApp(100)}
OUT(on_timer_callback) void on_timer_callback(int id) { printf("stop %d\\n", wasm_sensor_config(1, 0, 0, 0)); }
OUT(on_destroy) void on_destroy(void) { printf("close %d %d unknown %d\\n", wasm_sensor_close(1), wasm_sensor_close(1), wasm_sensor_close(9)); }
__attribute__((constructor)) static void begin(void) { wasm_create_timer(1000, 0, 1); }
`;
    const { linesOf } = runFrameworkApps({
      apps: [
        { name: 'steady', module: await app(sensorApp(100)), permissions: air },
        { name: 'stopping', module: await app(stopping), permissions: air },
      ],
      board,
      seconds: 5.05,
      wire: (hardware, clock) => {
        hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 20 } }));
      },
    });
    const events = (name: string) => linesOf(name).filter((line) => line.startsWith('sensor')).length;
    expect(Math.abs(events('steady') - 51)).toBeLessThanOrEqual(1);
    expect(events('stopping')).toBeLessThanOrEqual(12);
    expect(linesOf('stopping').slice(-2)).toEqual(['stop 1', 'close 1 1 unknown 0']);
  });

  it('that the manifest does not grant are refused with the line to add', async () => {
    const { lines, denials } = await run(sensorApp(1000), { seconds: 1 });
    expect(lines[0]).toBe('0.000 app: open -1 again -1 config 0');
    expect(denials).toEqual([
      expect.stringContaining('env.wasm_sensor_open refused: sensor "air": no "sensor" permission'),
    ]);
  });

  it('that are not on the board are -1', async () => {
    const { lines } = await run(sensorApp(1000, 'nothing'), { permissions: air, seconds: 1 });
    expect(lines).toEqual(['0.000 app: open -1 again -1 config 0']);
  });

  it.each([
    { what: 'its interval is set to 0', stop: 'wasm_sensor_config(other, 0, 0, 0)', goesOn: false },
    { what: 'it is closed', stop: 'wasm_sensor_close(other)', goesOn: false },
    {
      what: 'it is closed and opened again',
      stop: 'wasm_sensor_close(other); wasm_sensor_open(names[other - 1], 0)',
      goesOn: true,
    },
  ])('of which a reading waits, give no event for it once $what', async ({ stop, goesOn }) => {
    const parts = { first: '0x76', second: '0x77' };
    const { lines } = await run(
      `
static const char *names[] = {"first", "second"};
static int stopped;
OUT(on_init) void on_init(void)
{
    for (int i = 0; i < 2; i++) wasm_sensor_config(wasm_sensor_open(names[i], 0), 1000, 0, 0);
}
OUT(on_sensor_event) void on_sensor_event(int id, const uint8_t *p, int n)
{
    if (id == stopped) printf("event\\n");
    // Both are read at the same times from the second reading on, so that one of the other sensor waits.
    if (stopped != 0 || wasm_get_sys_tick_ms() < 1500) return;
    int other = 3 - id;
    ${stop};
    stopped = other;
    printf("stopped\\n");
}
`,
      {
        board: {
          i2c: {
            devices: Object.fromEntries(
              Object.entries(parts).map(([name, address]) => [`${name}-part`, { bus: 1, address }]),
            ),
          },
          sensors: Object.fromEntries(
            Object.keys(parts).map((name) => [name, { driver: 'bme280', device: `${name}-part` }]),
          ),
        },
        permissions: Object.keys(parts).map((sensor) => ({ kind: 'sensor', sensor })),
        seconds: 4.5,
        wire: (hardware, clock) => {
          for (const address of Object.values(parts)) {
            hardware.attachI2cChip(1, Number(address), new Bme280({ clock, world: { temperatureC: 20 } }));
          }
        },
      },
    );
    const [stopped = '', ...events] = lines.map((line) => line.split(' app: '));
    expect(stopped[1]).toBe('stopped');
    expect(events.filter(([at]) => at === stopped[0])).toEqual([]);
    expect(events.length > 0).toBe(goesOn);
  });

  it('that have no value give no event, never one that says 0', async () => {
    const { lines } = await run(sensorApp(500), {
      permissions: air,
      seconds: 2,
      wire: (hardware, clock) => {
        hardware.attachI2cChip(1, 0x76, new Bme280({ clock }));
        hardware.unplug({ on: 'i2c', bus: 1, address: 0x76 });
      },
    });
    expect(lines).toHaveLength(1);
  });
});

describe('a sensor of which one channel has no value', () => {
  /** Humidity fails in the second and third reading. */
  const half: SensorDriverPart = {
    name: 'half',
    wiring: 'kernel',
    create: () => {
      let count = 0;
      return {
        channels: [
          { name: 'temperature', unit: 'degC', minimum: 0, maximum: 100, accuracy: undefined },
          { name: 'humidity', unit: '%', minimum: 0, maximum: 100, accuracy: undefined },
        ],
        times: { shortestIntervalNs: 1_000_000n },
        read: () => {
          count += 1;
          return [20, count === 2 || count === 3 ? 'crc' : 45];
        },
        close: () => {},
      };
    },
  };
  const started = async (channels: object) =>
    run(sensorApp(1000, 'air'), {
      board: { sensors: { air: { driver: 'half' } } },
      drivers: [half],
      permissions: [{ kind: 'sensor', sensor: 'air', ...channels }],
      seconds: 4.5,
    });

  it('gives no event until all have one again, which the log says once with what to do', async () => {
    const { lines, logs } = await started({});
    expect(lines.map((line) => line.slice(0, 2))).toEqual(['0.', '0.', '3.', '4.']);
    expect(logs).toEqual([
      'app: warning: sensor "air": no events while humidity has no value (crc): an app that does not look would take it for 0; an app that does not need it leaves it out of "channels" in its permission',
    ]);
  });

  it('gives events to an app that does not have that channel', async () => {
    const { lines, logs } = await started({ channels: ['temperature'] });
    expect(lines.map((line) => line.slice(0, 2))).toEqual(['0.', '0.', '1.', '2.', '3.', '4.']);
    expect(logs).toEqual([]);
  });
});
