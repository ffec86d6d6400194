import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findImage } from '../image/find-image.ts';
import type { PiImage } from '../image/pi-image.ts';
import { UnpackedPrograms } from '../image/unpacked-programs.ts';
import { DEFAULT_RUN_LIMIT_MS } from '../limits.ts';
import { ConsoleText } from './console-text.ts';
import { machines, type PiMachine } from './machines.ts';
import { type PiFile, writePayload } from './payload-archive.ts';
import { RunningPi } from './running-pi.ts';

export interface BootOptions {
  readonly machine: PiMachine;
  /** Lines for busybox's shell, run as root in /payload. Its exit code is the result. */
  readonly script: string;
  readonly files?: readonly PiFile[];
  /** Values of QEMU's `-device`, e.g. `tmp105,id=t0,bus=i2c-bus.1,address=0x48`. */
  readonly devices?: readonly string[];
  /** Devices on SPI that a line of the header selects. QEMU leaves the others selected for ever. */
  readonly chipSelects?: readonly { readonly line: number; readonly id: string }[];
  /** Other parameters of QEMU. */
  readonly parameters?: readonly string[];
  /** Added to the kernel's command line. */
  readonly kernelParameters?: readonly string[];
  /** Drivers to load beside those of the machine. */
  readonly modules?: readonly string[];
  /** From the start of QEMU to the end of the script, in ms. */
  readonly limitMs?: number;
  /** Sees the console as it comes. */
  readonly onConsole?: ((text: string) => void) | undefined;
  /** Default: the image of this checkout, built when it is not in the cache. */
  readonly image?: PiImage;
}

/**
 * Starts an emulated Pi and gives it back while it boots. The caller awaits `ended`, and closes it in any case
 * (`await using`): QEMU is killed by its own process id. PI_HOST_UNSUITABLE and PI_BUILD_FAILED come from the image.
 */
export async function bootPi(options: BootOptions): Promise<RunningPi> {
  const image = options.image ?? findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));
  const machine = machines[options.machine];
  const run = randomUUID();
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-pi-'));
  const modules = [...machine.modules, ...(options.modules ?? [])];
  const payload = writePayload(options.script, modules, options.files ?? []);
  writeFileSync(join(folder, 'initrd'), Buffer.concat([readFileSync(image.rootPath), payload]));
  const programs = new UnpackedPrograms(image.programsFolder);
  const { program, parameters } = programs.command('usr/bin/qemu-system-aarch64', [
    ...machine.parameters(image),
    ...qemuParameters(image, folder, run, options.kernelParameters ?? []),
    ...(options.devices ?? []).flatMap((device) => ['-device', device]),
    ...(options.parameters ?? []),
  ]);
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const pi = new RunningPi(child, folder, new ConsoleText(run), {
    limitMs: options.limitMs ?? DEFAULT_RUN_LIMIT_MS,
    onConsole: options.onConsole,
  });
  try {
    await pi.connect();
    // The kernel takes seconds until it looks at SPI.
    for (const { line, id } of options.chipSelects ?? []) await pi.wireChipSelect(line, id);
    return pi;
  } catch (error) {
    await pi.close();
    throw error;
  }
}

function qemuParameters(
  image: PiImage,
  folder: string,
  run: string,
  kernelParameters: readonly string[],
): string[] {
  const switches: readonly (readonly [string, string])[] = [
    // Of raspi3b, QEMU lets three cores spin until the kernel wants them. With a thread for each they took a host of two
    // cores from the one that boots: 156 s and 311 s of processor time, where one thread needs 12 s of either.
    ['-accel', 'tcg,thread=single'],
    ['-kernel', image.kernelPath],
    ['-initrd', join(folder, 'initrd')],
    [
      '-append',
      ['console=ttyAMA0 rdinit=/init loglevel=4', `kanchi.run=${run}`, ...kernelParameters].join(' '),
    ],
    ['-L', join(image.programsFolder, 'usr/share/qemu')],
    ['-display', 'none'],
    ['-nic', 'none'],
    ['-chardev', 'stdio,id=console,signal=off'],
    ['-serial', 'chardev:console'],
    ['-chardev', `socket,id=uart,path=${join(folder, 'uart')},server=on,wait=off`],
    ['-serial', 'chardev:uart'],
    ['-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
  ];
  return ['-no-reboot', ...switches.flat()];
}
