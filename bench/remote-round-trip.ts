import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell, createRemoteChannel, RemoteHal } from '@kanchi/hal/remote';

/** What one GPIO write over the channel to the broker thread costs: `node bench/dist/remote-round-trip.js`. */
const WARM_UP_CALLS = 20_000;
const CALLS = 100_000;

const doorbell = createDoorbell();
const { port1, port2 } = new MessageChannel();
const worker = new Worker(new URL('./remote-broker.js', import.meta.url), {
  workerData: { doorbell, port: port2 },
  transferList: [port2],
});
const broker = new BrokerConnection({ port: port1, doorbell });
const channel = createRemoteChannel({ doorbell });
broker.attach('bench', channel);
const hal = new RemoteHal(channel, 'bench');
const line = hal.openGpioLine({ offset: 17, consumer: 'bench', direction: 'output' });
for (let call = 0; call < WARM_UP_CALLS; call += 1) line.write((call & 1) as 0 | 1);
const timesNs = new Float64Array(CALLS);
for (let call = 0; call < CALLS; call += 1) {
  const startNs = process.hrtime.bigint();
  line.write((call & 1) as 0 | 1);
  timesNs[call] = Number(process.hrtime.bigint() - startNs);
}
timesNs.sort();
const at = (fraction: number): string =>
  `${((timesNs[Math.floor(CALLS * fraction)] ?? 0) / 1e3).toFixed(1)} us`;
console.log(`GPIO write through the broker, ${CALLS} calls: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}`);
hal.close();
await broker.stop();
await worker.terminate();
