import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as boot from '../test/pi/boot/boot-pi.ts';
import type * as images from '../test/pi/image/find-image.ts';
import type * as payloads from '../test/pi/payload/kanchi-payload.ts';
import { guestLoops } from './loops.ts';
import type { Measurement, MeasurementSettings } from './measurement.ts';
import { median } from './statistics.ts';

/**
 * What the guest's calls cost on Linux, as ratios to a C loop that makes the same system calls: `npm run bench:linux`, or with
 * `-- --quick`. On the emulated Pi both run in the same boot, C before and after; registers also on this machine, on a mapped file.
 * Times inside the emulator mean nothing by themselves. Exit code 0, 1 when something cannot run, 2 for wrong usage.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const full = { rounds: 9, loopMs: 400 };
const quick = { rounds: 3, loopMs: 60 };
const RUN_LIMIT_MS = 600_000;
const SHARED_MEMORY = '/dev/shm/kanchi-bench-registers';
const PAGE_BYTES = 4096;

interface CallCost {
  readonly name: string;
  readonly failures: number;
  readonly nsPerCall: readonly number[];
}

const options = process.argv.slice(2);
if (options.some((option) => option !== '--quick')) {
  process.stderr.write('usage: npm run bench:linux -- [--quick]\n');
  process.exitCode = 2;
} else {
  const { rounds, loopMs } = options.length > 0 ? quick : full;
  const settings: MeasurementSettings = { rounds, warmUpRounds: 3, loopNs: loopMs * 1e6 };
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-bench-'));
  try {
    showHere(folder, settings);
    await showPi(folder, settings);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Registers: a file in memory, mapped by both. */
function showHere(folder: string, settings: MeasurementSettings): void {
  const loop = compile('cc', folder, ['-O2']);
  writeFileSync(SHARED_MEMORY, new Uint8Array(PAGE_BYTES));
  try {
    const before = run(loop, [...loopParameters(settings), SHARED_MEMORY]);
    const guest = run(process.execPath, [
      join(root, 'bench/dist/linux-guest.js'),
      JSON.stringify(settings),
      SHARED_MEMORY,
    ]);
    const after = run(loop, [...loopParameters(settings), SHARED_MEMORY]);
    show(`${process.arch}, registers as a mapped file`, `${before}${after}`, guest, ['MMIO write32']);
  } finally {
    rmSync(SHARED_MEMORY, { force: true });
  }
}

async function showPi(folder: string, settings: MeasurementSettings): Promise<void> {
  const { bootPi } = await piModule<typeof boot>('boot/boot-pi.js');
  const { findImage } = await piModule<typeof images>('image/find-image.js');
  const { guestFolder, kanchiPayload } = await piModule<typeof payloads>('payload/kanchi-payload.js');
  const loop = compile('aarch64-linux-gnu-gcc', folder, ['-O2', '-static']);
  const image = findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));
  const built = join(root, 'bench/dist');
  const scripts = readdirSync(built).filter((name) => name.endsWith('.js'));
  const parameters = loopParameters(settings).join(' ');
  await using pi = await bootPi({
    machine: 'raspi3b',
    image,
    limitMs: RUN_LIMIT_MS,
    devices: ['at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256'],
    kernelParameters: ['iomem=relaxed'],
    script: [
      'set -e',
      `${guestFolder}/bench/linux-calls ${parameters}`,
      `node ${guestFolder}/bench/dist/linux-guest.js '${JSON.stringify(settings)}'`,
      `${guestFolder}/bench/linux-calls ${parameters}`,
    ].join('\n'),
    files: [
      ...kanchiPayload(image).files,
      ...scripts.map((name) => ({ path: `${guestFolder}/bench/dist/${name}`, source: join(built, name) })),
      {
        path: `${guestFolder}/bench/guests/build/bench-guest.wasm`,
        source: join(root, 'bench/guests/build/bench-guest.wasm'),
      },
      { path: `${guestFolder}/bench/linux-calls`, content: readFileSync(loop), executable: true },
    ],
  });
  const { status, output } = await pi.ended;
  if (status !== 0) throw new Error(`the benchmark inside ended with ${status}:\n${output}`);
  const guest = output.split('\n').find((line) => line.startsWith('{"nsPerCall"'));
  if (guest === undefined) throw new Error(`no measurement of the guest:\n${output}`);
  show('emulated Pi 3, one boot', output, guest, guestLoops.slice(1));
}

/** A module of the emulated Pi's tool. By its path: what is built here stands one folder deeper than its source. */
async function piModule<Module>(path: string): Promise<Module> {
  return (await import(join(root, 'test/pi/dist', path))) as Module;
}

function loopParameters({ loopNs, rounds }: MeasurementSettings): string[] {
  return [String(Math.round(loopNs / 1e6)), String(rounds)];
}

function compile(compiler: string, folder: string, flags: readonly string[]): string {
  const target = join(folder, compiler);
  const { status, stderr, error } = spawnSync(
    compiler,
    [...flags, join(root, 'bench/native/linux-calls.c'), '-o', target],
    { encoding: 'utf8' },
  );
  if (status === 0) return target;
  const why =
    error === undefined
      ? stderr
      : `${compiler} is not installed (Debian: gcc, gcc-aarch64-linux-gnu libc6-dev-arm64-cross)`;
  throw new Error(`the C loop cannot be compiled: ${why}`);
}

function run(program: string, parameters: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

/** `loops`: lines of the C program, of one run or of several. */
function show(title: string, loops: string, guestText: string, names: readonly string[]): void {
  const baseline = loops
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line) as CallCost);
  const guest = JSON.parse(guestText) as Measurement;
  print(`\n${title}`);
  print(
    `${''.padEnd(30)}${['C loop, ns', 'guest, ns', 'guest / C'].map((cell) => cell.padStart(12)).join('')}`,
  );
  for (const name of names) {
    const costs = baseline.filter((cost) => cost.name === name);
    const failures = (guest.failures[name] ?? 0) + costs.reduce((sum, cost) => sum + cost.failures, 0);
    if (costs.length === 0) {
      print(`${name.padEnd(30)}no device for it`);
      continue;
    }
    const loopNs = median(costs.flatMap(({ nsPerCall }) => nsPerCall));
    const guestNs = median(guest.nsPerCall[name] ?? []);
    const cells = [loopNs.toFixed(1), guestNs.toFixed(1), (guestNs / loopNs).toFixed(2)];
    print(
      `${name.padEnd(30)}${cells.map((cell) => cell.padStart(12)).join('')}${failures === 0 ? '' : `  ${failures} calls failed`}`,
    );
    if (failures > 0) process.exitCode = 1;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
