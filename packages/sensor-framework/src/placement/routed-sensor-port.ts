import { SensorError } from '../error.ts';
import type { SensorOutline, SensorPort } from '../hub/sensor-port.ts';
import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';

/** The sensors of several hubs, each with a thread of its own, for one app. */
export class RoutedSensorPort implements SensorPort {
  readonly #ports: readonly SensorPort[];
  readonly #portOf: (sensor: string) => SensorPort | undefined;
  readonly #open = new Map<number, SensorPort>();

  /** `portOf` tells which of the ports has a sensor. */
  constructor(ports: readonly SensorPort[], portOf: (sensor: string) => SensorPort | undefined) {
    this.#ports = ports;
    this.#portOf = portOf;
  }

  describe(sensor: string): SensorOutline {
    return this.#port(sensor).describe(sensor);
  }

  open(subscription: number, sensor: string, request: HubRequest, permission: RateCap): Contract {
    const port = this.#port(sensor);
    const contract = port.open(subscription, sensor, request, permission);
    this.#open.set(subscription, port);
    return contract;
  }

  change(subscription: number, request: HubRequest, permission: RateCap): Contract {
    const port = this.#open.get(subscription);
    if (port === undefined) {
      throw new SensorError('SENSOR_UNKNOWN_CLIENT', `there is no subscription ${subscription}`);
    }
    return port.change(subscription, request, permission);
  }

  close(subscription: number): void {
    this.#open.get(subscription)?.close(subscription);
    this.#open.delete(subscription);
  }

  collect(receive: (subscription: number, record: StreamRecord) => void): void {
    for (const port of this.#ports) port.collect(receive);
  }

  #port(sensor: string): SensorPort {
    const port = this.#portOf(sensor);
    if (port !== undefined) return port;
    throw new SensorError('SENSOR_UNKNOWN_SENSOR', `there is no sensor ${sensor}`, { sensor });
  }
}
