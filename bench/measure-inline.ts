import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Measurement, MeasurementSettings } from './measurement.ts';

/**
 * Everything in one thread, in a fresh one for each run: the engine compiles for what it has seen in a thread, and the
 * GPIO write of a second app on a second board in the same thread takes twice as long. Throws.
 */
export async function measureInline(settings: MeasurementSettings): Promise<Measurement> {
  const thread = new Worker(new URL('./inline-thread.js', import.meta.url), { workerData: settings });
  // Both reject with the thread's error.
  const [[measurement]] = await Promise.all([once(thread, 'message'), once(thread, 'exit')]);
  return measurement as Measurement;
}
