import { parentPort, workerData } from 'node:worker_threads';
import { VirtualClock } from '@kanchi/hal/mock';
import { BareSensor, hubOfSensors, NO_CAP, NS_PER_SECOND, sensorName } from './sensor-rigs.ts';

/** CPU time for each reading that a client took, both ways by turns. Virtual time: nobody waits. */
export interface SensorCostSettings {
  readonly sensorCount: number;
  readonly rounds: number;
  readonly readingsPerRound: number;
}

export interface SensorCost {
  readonly hubNs: readonly number[];
  readonly bareNs: readonly number[];
}

const INTERVAL_NS = NS_PER_SECOND / 10n;
/** Of the bare loop for one of the hub: about as much time for each, else one collection of garbage decides on the ratio. */
const BARE_TICKS = 8;

const { sensorCount, rounds, readingsPerRound } = workerData as SensorCostSettings;
const ticks = Math.max(1, Math.round(readingsPerRound / sensorCount));

const clock = new VirtualClock();
const hub = hubOfSensors(clock, sensorCount);
let taken = 0;
for (let index = 0; index < sensorCount; index += 1) {
  const client = `client-${index}`;
  hub.open(client, sensorName(index), { intervalNs: INTERVAL_NS }, NO_CAP, () => {
    taken += hub.drain(client, 64).length;
  });
}
const bare = Array.from({ length: sensorCount }, (_, index) => new BareSensor(index, INTERVAL_NS));
let bareNowNs = 0n;

function hubRound(): number {
  const endNs = clock.nowNs() + BigInt(ticks) * INTERVAL_NS;
  while (clock.nowNs() < endNs) clock.waitUntil(endNs);
  const count = taken;
  taken = 0;
  return count;
}

function bareRound(): number {
  let count = 0;
  for (let tick = 0; tick < ticks * BARE_TICKS; tick += 1) {
    bareNowNs += INTERVAL_NS;
    for (const sensor of bare) count += sensor.tick(bareNowNs);
  }
  return count;
}

/** Nanoseconds of CPU time for each reading; with what the engine's own threads use. */
function costOf(round: () => number, roundTicks: number): number {
  const before = process.cpuUsage();
  const count = round();
  const { user, system } = process.cpuUsage(before);
  const expected = roundTicks * sensorCount;
  if (count !== expected) throw new Error(`${count} readings instead of ${expected}`);
  return ((user + system) * 1000) / count;
}

// The first readings come at the first point of the grid, and the engine compiles.
hubRound();
taken = 0;
bareRound();
const hubNs: number[] = [];
const bareNs: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  hubNs.push(costOf(hubRound, ticks));
  bareNs.push(costOf(bareRound, ticks * BARE_TICKS));
}
hub.closeAll();
parentPort?.postMessage({ hubNs, bareNs } satisfies SensorCost);
