import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import { WorkerExecutor } from '@kanchi/runtime';
import { loadBenchApp } from './bench-hardware.ts';
import { checkExit, showingListener } from './guest-outcome.ts';
import type { Measurement, MeasurementSettings } from './measurement.ts';

/** The guest in a thread of its own, the hardware in another: each call goes over and back. Throws. */
export async function measureWorker(settings: MeasurementSettings): Promise<Measurement> {
  const doorbell = createDoorbell();
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL('./remote-broker.js', import.meta.url), {
    workerData: { doorbell, port: port2 },
    transferList: [port2],
    name: 'bench-hardware',
  });
  const ended = once(thread, 'exit');
  const broker = new BrokerConnection({ port: port1, doorbell });
  let output = '';
  try {
    const workerEntry = new URL('./bench-app-worker.js', import.meta.url);
    const execution = new WorkerExecutor({
      brokers: [{ name: '', i2cBuses: [], spiBuses: [], broker }],
      workerEntry,
    }).start(loadBenchApp([JSON.stringify(settings)]), {
      ...showingListener,
      standardOutput: (bytes) => {
        output += new TextDecoder().decode(bytes);
      },
    });
    checkExit(await execution.exited);
  } finally {
    await broker.stop();
    await ended;
  }
  return JSON.parse(output) as Measurement;
}
