import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { createSampleRing, HubService, RemoteSensorPort } from '@kanchi/sensor-framework/placement';
import { hubOfSensors, NO_CAP, NS_PER_SECOND, sensorName } from './sensor-rigs.ts';

/** Sensors at 10 Hz in real time, their readings through the shared ring of each client. */
export interface SensorLoadSettings {
  readonly sensorCount: number;
  readonly clientCount: number;
  readonly sensorsPerClient: number;
  readonly seconds: number;
}

export interface SensorLoad {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly readCount: number;
  readonly deliveredCount: number;
  readonly missedCount: number;
  readonly droppedCount: number;
  readonly p99LatenessNs: number;
}

const INTERVAL_NS = NS_PER_SECOND / 10n;

const { sensorCount, clientCount, sensorsPerClient, seconds } = workerData as SensorLoadSettings;
const clock = new RealTimeClock();
const hub = hubOfSensors(clock, sensorCount);
const wakeWord = new Int32Array(new SharedArrayBuffer(4));
const ports = Array.from({ length: clientCount }, (_, client) => {
  const ring = createSampleRing();
  const service = new HubService(hub, `client-${client}`, ring, () => {
    Atomics.add(wakeWord, 0, 1);
    Atomics.notify(wakeWord, 0);
  });
  const port = new RemoteSensorPort((request) => service.serve(request), ring);
  for (let subscription = 0; subscription < sensorsPerClient; subscription += 1) {
    const sensor = sensorName((client * sensorsPerClient + subscription) % sensorCount);
    port.open(subscription, sensor, { intervalNs: INTERVAL_NS }, NO_CAP);
  }
  return port;
});
let deliveredCount = 0;

/** What the clients take is done on this thread as well, and counts. */
function runFor(durationNs: bigint): void {
  const endNs = clock.nowNs() + durationNs;
  while (clock.nowNs() < endNs) {
    clock.waitUntil(endNs);
    for (const port of ports) {
      port.collect(() => {
        deliveredCount += 1;
      });
    }
  }
}

// The engine compiles.
runFor(NS_PER_SECOND);
deliveredCount = 0;
const readsBefore = readCount();
const missedBefore = missedCount();
const before = process.cpuUsage();
const startNs = clock.nowNs();
runFor(BigInt(seconds) * NS_PER_SECOND);
const { user, system } = process.cpuUsage(before);
const took = Number(clock.nowNs() - startNs) / 1e9;

const states = hub.sensorStates();
const p99 = states
  .map(({ counters }) => Number(counters.p99LatenessNs))
  .toSorted((one, other) => one - other);
parentPort?.postMessage({
  cpuSeconds: (user + system) / 1e6,
  seconds: took,
  readCount: readCount() - readsBefore,
  deliveredCount,
  missedCount: missedCount() - missedBefore,
  droppedCount: states.reduce((sum, { droppedCount }) => sum + droppedCount, 0),
  p99LatenessNs: p99[p99.length >> 1] ?? 0,
} satisfies SensorLoad);
hub.closeAll();

function readCount(): number {
  return hub.sensorStates().reduce((sum, { counters }) => sum + counters.readCount, 0);
}

function missedCount(): number {
  return hub.sensorStates().reduce((sum, { counters }) => sum + counters.missedCount, 0);
}
