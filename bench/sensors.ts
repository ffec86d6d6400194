import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SensorCost, SensorCostSettings } from './sensor-cost-thread.ts';
import {
  compileSleepLoop,
  type Lateness,
  measureSensorGuest,
  measureSleepLoop,
  type SensorLateness,
} from './sensor-lateness.ts';
import type { SensorLoad, SensorLoadSettings } from './sensor-load-thread.ts';
import { best, median, ratio } from './statistics.ts';

/**
 * What scheduled readings cost and how late they are: `npm run bench:sensors`, or with `-- --quick` in a few seconds.
 * Exit code 0, 1 when a part cannot run or a reading is missing, 2 for wrong usage. Timing never fails the run.
 */
const full = {
  // Where the state lies in memory is another in each thread, and decides on as much as the number of sensors.
  costThreads: 7,
  costRounds: 3,
  readingsPerRound: 200_000,
  loadSeconds: 20,
  latenessRounds: 7,
  latenessSeconds: 10,
  driftSeconds: 60,
};
const quick: typeof full = {
  costThreads: 1,
  costRounds: 2,
  readingsPerRound: 20_000,
  loadSeconds: 2,
  latenessRounds: 1,
  latenessSeconds: 2,
  driftSeconds: 0,
};

const SENSOR_COUNTS = [10, 100, 1_000, 10_000];
const LOADS = [
  { sensorCount: 1_000, clientCount: 100, sensorsPerClient: 10 },
  { sensorCount: 1_000, clientCount: 100, sensorsPerClient: 100 },
];
const CORE_SHARE_AIM = 0.25;
const LATENESS_RATIO_AIM = 1.5;
/** Of a reading in bare loops, against that of the fewest sensors. */
const GROWTH_AIM = 1.25;
/** Of each sensor in a round: the first ones are slower, code and memory are cold. */
const ENOUGH_READINGS = 10;

const options = process.argv.slice(2);
const unknown = options.find((option) => option !== '--quick');
if (unknown === undefined) {
  const settings = options.length > 0 ? quick : full;
  print(`Node.js ${process.version}, ${process.arch}, ${availableParallelism()} processors`);
  await showCost(settings);
  await showLoad(settings);
  await showLateness(settings);
} else {
  process.stderr.write(`no option "${unknown}"; usage: npm run bench:sensors -- [--quick]\n`);
  process.exitCode = 2;
}

async function showCost({ costThreads, costRounds, readingsPerRound }: typeof full): Promise<void> {
  print('\nCPU time for each reading that a client took, one client a sensor (median of threads and rounds)');
  print(row(['sensors', 'ns', 'best', 'bare loop ns', 'best', 'x bare loop', 'of the first']));
  const costs = SENSOR_COUNTS.map((sensorCount) => ({
    sensorCount,
    hubNs: [] as number[],
    bareNs: [] as number[],
  }));
  // By turns, so that what else the machine does meets all of them.
  for (let thread = 0; thread < costThreads; thread += 1) {
    for (const { sensorCount, hubNs, bareNs } of costs) {
      const settings = { sensorCount, rounds: costRounds, readingsPerRound };
      const one = await fromThread<SensorCostSettings, SensorCost>('sensor-cost-thread', settings);
      hubNs.push(...one.hubNs);
      bareNs.push(...one.bareNs);
    }
  }
  const bareLoops = costs.map(({ hubNs, bareNs }) => ratio(hubNs, bareNs).median);
  const fewest = bareLoops[0] as number;
  for (const [index, { sensorCount, hubNs, bareNs }] of costs.entries()) {
    const inBareLoops = bareLoops[index] as number;
    print(
      row([
        String(sensorCount),
        median(hubNs).toFixed(0),
        best(hubNs).toFixed(0),
        median(bareNs).toFixed(0),
        best(bareNs).toFixed(0),
        inBareLoops.toFixed(1),
        (inBareLoops / fewest).toFixed(2),
      ]),
    );
  }
  // The state of many sensors is larger than the processor's caches, for the bare loop too.
  const growth = Math.max(...bareLoops) / fewest;
  const aim = `in bare loops at most ${GROWTH_AIM} times that of the fewest sensors`;
  const isEnough = readingsPerRound >= ENOUGH_READINGS * Math.max(...SENSOR_COUNTS);
  print(isEnough ? verdict(growth <= GROWTH_AIM, aim) : `too few readings of each sensor to say: ${aim}`);
}

async function showLoad({ loadSeconds }: typeof full): Promise<void> {
  print(
    '\nSensors at 10 Hz in real time, through the ring of each client; the clients take on the same core',
  );
  print(row(['sensors', 'clients', 'given/s', 'of a core', 'us each', 'missed', 'dropped']));
  for (const load of LOADS) {
    const settings = { ...load, seconds: loadSeconds };
    const result = await fromThread<SensorLoadSettings, SensorLoad>('sensor-load-thread', settings);
    const share = result.cpuSeconds / result.seconds;
    print(
      row([
        String(load.sensorCount),
        `${load.clientCount} x ${load.sensorsPerClient}`,
        (result.deliveredCount / result.seconds).toFixed(0),
        `${(share * 100).toFixed(1)} %`,
        ((result.cpuSeconds / result.deliveredCount) * 1e6).toFixed(2),
        String(result.missedCount),
        String(result.droppedCount),
      ]),
    );
    if (load === LOADS[0]) print(verdict(share <= CORE_SHARE_AIM, 'at most a quarter of a core'));
  }
}

async function showLateness({ latenessRounds, latenessSeconds, driftSeconds }: typeof full): Promise<void> {
  print(
    '\nA sensor at 1 kHz for one app (kanchi run), and a C loop around clock_nanosleep, by turns; microseconds',
  );
  const loop = compileSleepLoop();
  if (loop === undefined) print('no C compiler here ("cc"): without the baseline there is no ratio');
  try {
    print(row(['', 'median', '99 %', 'most', 'passed of', 'points']));
    const sleeps: Lateness[] = [];
    const guests: SensorLateness[] = [];
    for (let round = 0; round < latenessRounds; round += 1) {
      const measures = [
        async () => {
          if (loop === undefined) return;
          const sleep = await measureSleepLoop(loop.path, latenessSeconds);
          sleeps.push(sleep);
          print(latenessRow('C loop', sleep));
        },
        async () => {
          const guest = await measureSensorGuest(latenessSeconds);
          guests.push(guest);
          print(latenessRow('read begins', guest.read));
          print(latenessRow('in the guest', guest.callback));
        },
      ];
      for (const measure of round % 2 === 0 ? measures : measures.toReversed()) await measure();
    }
    if (sleeps.length > 0) {
      const baseline = sleeps.map(({ p99Us }) => p99Us);
      const read = ratio(
        guests.map(({ read: { p99Us } }) => p99Us),
        baseline,
      ).median;
      const callback = ratio(
        guests.map(({ callback: { p99Us } }) => p99Us),
        baseline,
      ).median;
      print(
        `99 % in units of the C loop's, median of the rounds: read ${read.toFixed(2)}, guest ${callback.toFixed(2)}`,
      );
      print(verdict(read <= LATENESS_RATIO_AIM, `a read at most ${LATENESS_RATIO_AIM}`));
    }
    if (driftSeconds > 0) {
      const { end } = await measureSensorGuest(driftSeconds);
      print(
        `after ${end.points} points in a row the last read was ${end.lastLatenessUs} us after its point of the grid, ${end.lost} readings lost`,
      );
    }
  } finally {
    loop?.remove();
  }
}

async function fromThread<Settings, Result>(name: string, settings: Settings): Promise<Result> {
  // A fresh thread: the engine compiles for what it has seen in one.
  const thread = new Worker(new URL(`./${name}.js`, import.meta.url), { workerData: settings });
  const [[result]] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
  return result as Result;
}

function latenessRow(name: string, { medianUs, p99Us, maximumUs, passed, count }: Lateness): string {
  return row([name, ...[medianUs, p99Us, maximumUs, passed, count].map(String)]);
}

function verdict(isMet: boolean, aim: string): string {
  return `${isMet ? 'aim met' : 'aim missed'}: ${aim}`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(14)).join('');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
