import type { StreamRecord } from '../stream/record-queue.ts';
import type { SensorPort } from './sensor-port.ts';

/** Subscriptions of one part; their numbers are below this. */
const NUMBERS_PER_PART = 2 ** 20;

/**
 * One way to the sensors for several users in one app, each with subscription numbers of its own: the ring behind a port has
 * one reader. Records for another user wait for its `collect`, as many as the streams behind the port have room for.
 */
export class SharedSensorPort {
  readonly #port: SensorPort;
  readonly #waiting: { readonly subscription: number; readonly record: StreamRecord }[][] = [];

  constructor(port: SensorPort) {
    this.#port = port;
  }

  part(): SensorPort {
    const own: { readonly subscription: number; readonly record: StreamRecord }[] = [];
    const first = this.#waiting.length * NUMBERS_PER_PART;
    this.#waiting.push(own);
    return {
      describe: (sensor) => this.#port.describe(sensor),
      open: (subscription, sensor, request, permission) =>
        this.#port.open(first + subscription, sensor, request, permission),
      change: (subscription, request, permission) =>
        this.#port.change(first + subscription, request, permission),
      close: (subscription) => this.#port.close(first + subscription),
      collect: (receive) => {
        this.#collect();
        for (const { subscription, record } of own.splice(0)) receive(subscription, record);
      },
    };
  }

  #collect(): void {
    this.#port.collect((number, record) => {
      const subscription = number % NUMBERS_PER_PART;
      this.#waiting[Math.floor(number / NUMBERS_PER_PART)]?.push({ subscription, record });
    });
  }
}
