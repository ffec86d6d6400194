import type { HostFunction } from '@kanchi/runtime/extension';
import {
  deny,
  fail,
  failAtLimit,
  failFromHal,
  sensorPermits,
  sensorRefusal,
} from '@kanchi/runtime/extension';
import { SensorError } from '../error.ts';
import type { SensorTerms } from './app-sensors.ts';
import { decodeAttributes, integerAttribute } from './attribute-container.ts';
import type { FrameworkApp } from './framework-abi.ts';
import { MAX_PACKET_BYTES, MAX_URL_BYTES } from './limits.ts';

const DEFAULT_INTERVAL_NS = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

export function sensorImports(app: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { context, sensors } = app;
  const { memory } = context;
  const configure = (call: string, id: number, intervalMs: number): number =>
    guarded(app, call, 0, () =>
      mayHaveInterval(app, call, id, intervalMs) && sensors.configure(id, intervalMs) ? 1 : 0,
    );
  return {
    wasm_sensor_open: (namePointer: number, instance: number): number => {
      const call = 'env.wasm_sensor_open';
      const name = memory.readText(call, namePointer, MAX_URL_BYTES);
      const label = sensors.findLabel(name, instance | 0);
      if (label === undefined) {
        const known = [...context.board.sensors.keys()].join(', ');
        fail(
          context,
          call,
          'no-such-label',
          `no sensor "${name}", instance ${instance | 0}, under "sensors" of the board; it has: ${known}`,
        );
        return -1;
      }
      return guarded(app, call, -1, () => {
        const terms = termsOf(app, call, label);
        if (terms === undefined) return -1;
        const { sensorSubscriptions } = context.limits.values;
        if (sensors.openCount >= sensorSubscriptions) {
          const text = `sensor "${label}": ${sensorSubscriptions} sensors are open, close some`;
          failAtLimit(context, call, 'sensorSubscriptions', text);
          return -1;
        }
        return sensors.open(label, terms);
      });
    },
    // bit_cfg and delay are for drivers that take them; none here does.
    wasm_sensor_config: (id: number, intervalMs: number, _bitCfg: number, _delay: number): number => {
      return configure('env.wasm_sensor_config', id, intervalMs);
    },
    wasm_sensor_config_with_attr_container: (id: number, pointer: number, length: number): number => {
      const call = 'env.wasm_sensor_config_with_attr_container';
      const view = memory.view(call, pointer, length);
      if (view.length > MAX_PACKET_BYTES) return 0;
      return guarded(app, call, 0, () => {
        const intervalMs = integerAttribute(decodeAttributes(view.slice()), 'interval');
        return intervalMs !== undefined &&
          mayHaveInterval(app, call, id, intervalMs) &&
          sensors.configure(id, intervalMs)
          ? 1
          : 0;
      });
    },
    wasm_sensor_close: (id: number): number => {
      if (sensors.labelOf(id) === undefined) return 0;
      return guarded(app, 'env.wasm_sensor_close', 1, () => {
        sensors.close(id);
        return 1;
      });
    },
  };
}

/** What the manifest grants of a sensor, or undefined after a refusal. Throws what the port throws. */
function termsOf(
  { context, sensorOutline }: FrameworkApp,
  call: string,
  label: string,
): SensorTerms | undefined {
  const grant = context.grants.sensor.get(label);
  const channels = sensorOutline(label)
    .channels.map((channel) => channel.name)
    .filter((channel) => sensorPermits(grant, [channel]).permitted);
  const permitted = sensorPermits(grant, channels, DEFAULT_INTERVAL_NS);
  if (permitted.permitted && channels.length > 0) {
    return { channels, shortestIntervalNs: permitted.shortestIntervalNs };
  }
  deny(context, call, sensorRefusal(label, grant, [], DEFAULT_INTERVAL_NS));
  return undefined;
}

/** Interval 0 is no reading. One that the app does not have open is no matter of permissions. */
function mayHaveInterval(
  { context, sensors }: FrameworkApp,
  call: string,
  id: number,
  intervalMs: number,
): boolean {
  const label = sensors.labelOf(id);
  const channels = sensors.channelsOf(id);
  const intervalNs = BigInt(intervalMs >>> 0) * NS_PER_MS;
  if (label === undefined || channels === undefined || intervalNs === 0n) return true;
  const grant = context.grants.sensor.get(label);
  const permitted = sensorPermits(grant, channels, intervalNs);
  if (permitted.permitted) return true;
  deny(context, call, sensorRefusal(label, grant, permitted.channels, intervalNs));
  return false;
}

function guarded({ context }: FrameworkApp, call: string, otherwise: number, action: () => number): number {
  try {
    return action();
  } catch (error) {
    if (error instanceof SensorError) fail(context, call, 'bad-argument', error.message);
    // A broker that is gone, or has no room for the request.
    else failFromHal(context, call, 'sensors', error);
    return otherwise;
  }
}
