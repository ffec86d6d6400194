import { guestLoops, halLoop } from './loops.ts';
import type { Measurement } from './measurement.ts';
import { best, median, type Ratio, ratio, ratioOfRuns } from './statistics.ts';

/** A GPIO write of a guest is to cost at most this many bare calls. */
const GPIO_WRITE_AIM = 3;
const NO_VALUE = '-';

/** Reasons why the run counts for nothing: a call failed, or a loop was never measured. */
export function problemsOf(where: string, measurement: Measurement): string[] {
  const { nsPerCall, failures } = measurement;
  return [
    ...Object.entries(failures)
      .filter(([, count]) => count !== 0)
      .map(([name, count]) => `${where}: ${name}: ${count} calls failed`),
    ...Object.entries(nsPerCall)
      .filter(([, samples]) => !(samples.length > 0 && samples.every((sample) => sample > 0)))
      .map(([name]) => `${where}: ${name}: no sample`),
    ...guestLoops
      .filter((name) => nsPerCall[name] === undefined)
      .map((name) => `${where}: ${name}: no sample`),
  ];
}

/** Two tables and the verdict on the aim; of measurements without problems. */
export function reportText(inline: Measurement, worker: Measurement): string {
  const ownCalls = guestLoops.filter((name) => name !== 'bare call');
  const inlineRows = guestLoops.map((name) => [
    name,
    ...costCells(inline, name),
    ...ratioCells(inline, name, inline, 'bare call'),
    ...ratioCells(inline, name, inline, halLoop(name)),
  ]);
  const halRows = ownCalls.map((name) => [
    halLoop(name),
    ...costCells(inline, halLoop(name)),
    ...ratioCells(inline, halLoop(name), inline, 'bare call'),
    NO_VALUE,
    NO_VALUE,
  ]);
  const workerRows = guestLoops.map((name) => [
    name,
    ...costCells(worker, name),
    ...ratioCells(worker, name, worker, 'bare call'),
    ...ratioCells(worker, name, inline, name),
  ]);
  const write = ratio(samples(inline, 'GPIO write'), samples(inline, 'bare call')).median;
  const verdict = write <= GPIO_WRITE_AIM ? 'aim met' : 'aim missed';
  return [
    table('inline: guest, permission check and mock in one thread', 'x HAL call', [
      ...inlineRows,
      ...halRows,
    ]),
    table('worker: through the thread that owns the hardware', 'x inline', workerRows),
    `${verdict}: a GPIO write costs ${write.toFixed(2)} bare calls; the aim is at most ${GPIO_WRITE_AIM}`,
    '',
  ].join('\n');
}

function samples(measurement: Measurement, name: string): readonly number[] {
  return measurement.nsPerCall[name] ?? [];
}

function costCells(measurement: Measurement, name: string): string[] {
  const values = samples(measurement, name);
  return [shown(median(values)), shown(best(values))];
}

function ratioCells(one: Measurement, name: string, other: Measurement, base: string): string[] {
  const baseSamples = samples(other, base);
  if (baseSamples.length === 0) {
    return [NO_VALUE, NO_VALUE];
  }
  const compare = one === other ? ratio : ratioOfRuns;
  const result: Ratio = compare(samples(one, name), baseSamples);
  return [shown(result.median), shown(result.best)];
}

/** Three digits that mean something. */
function shown(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

const NAME_WIDTH = 34;
const CELL_WIDTH = 9;

function table(title: string, secondRatio: string, rows: readonly (readonly string[])[]): string {
  const pair = (text: string): string => text.padStart(2 * CELL_WIDTH);
  const head = `${title}\n${''.padEnd(NAME_WIDTH)}${pair('ns a call')}${pair('x bare call')}${pair(secondRatio)}`;
  const cells = ['median', 'best', 'median', 'best', 'median', 'best'];
  const lines = [['', ...cells], ...rows].map(
    ([name = '', ...values]) =>
      name.padEnd(NAME_WIDTH) + values.map((value) => value.padStart(CELL_WIDTH)).join(''),
  );
  return `${head}\n${lines.join('\n')}\n`;
}
