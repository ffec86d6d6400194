import { availableParallelism } from 'node:os';
import { measureInline } from './measure-inline.ts';
import { measureWorker } from './measure-worker.ts';
import { joinMeasurements, type Measurement, type MeasurementSettings } from './measurement.ts';
import { problemsOf, reportText } from './report.ts';

/**
 * What a guest's calls cost: `npm run bench`, or `npm run bench -- --quick` for a few seconds. Ratios are what to look
 * at; nanoseconds are for orientation. Exit code 0, 1 when a guest's call fails or a loop has no sample, 2 for wrong
 * usage. Timing never fails the run.
 */
interface RunSettings extends MeasurementSettings {
  /** Inline and worker runs; each second pair in the opposite order. */
  readonly sittings: number;
}

const full: RunSettings = { sittings: 4, rounds: 10, warmUpRounds: 4, loopNs: 20e6 };
const quick: RunSettings = { sittings: 1, rounds: 6, warmUpRounds: 3, loopNs: 4e6 };

const options = process.argv.slice(2);
const unknown = options.find((option) => option !== '--quick');
if (unknown === undefined) {
  try {
    process.exitCode = await run(options.length > 0 ? quick : full);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`no option "${unknown}"; usage: npm run bench -- [--quick]\n`);
  process.exitCode = 2;
}

async function run(settings: RunSettings): Promise<number> {
  const inline: Measurement[] = [];
  const worker: Measurement[] = [];
  for (let sitting = 0; sitting < settings.sittings; sitting += 1) {
    const workerFirst = sitting % 2 === 1;
    if (workerFirst) {
      worker.push(await measureWorker(settings));
    }
    inline.push(await measureInline(settings));
    if (!workerFirst) {
      worker.push(await measureWorker(settings));
    }
  }
  const all = { inline: joinMeasurements(inline), worker: joinMeasurements(worker) };
  const problems = [...problemsOf('inline', all.inline), ...problemsOf('worker', all.worker)];
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    return 1;
  }
  const { sittings, rounds } = settings;
  process.stdout.write(
    `Node.js ${process.version}, ${process.arch}, ${availableParallelism()} processors, ${sittings * rounds} rounds\n\n${reportText(all.inline, all.worker)}`,
  );
  return 0;
}
