import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import type { ChannelSample, SensorDriver, SensorDriverPart } from '../drivers/sensor-driver.ts';
import type { KernelFiles } from './kernel-files.ts';

/** What an attribute holds: its text, or the errno name that a read of it gives. */
export type FakeAttribute = string | { readonly errno: string };

/** A kernel whose files are a table of paths; the tests change it as they go. */
export class FakeKernel implements KernelFiles {
  readonly files: Map<string, FakeAttribute>;
  readCount = 0;

  constructor(files: Readonly<Record<string, FakeAttribute>>) {
    this.files = new Map(Object.entries(files));
  }

  readText(path: string): string {
    this.readCount += 1;
    const content = this.files.get(path) ?? { errno: 'ENOENT' };
    if (typeof content !== 'string') throw kernelError(content.errno, path);
    return content;
  }

  list(path: string): string[] {
    const names = new Set<string>();
    for (const file of this.files.keys()) {
      if (file.startsWith(`${path}/`)) names.add(file.slice(path.length + 1).split('/', 1)[0] as string);
    }
    if (names.size === 0) throw kernelError('ENOENT', path);
    // Folders of the kernel are in no order.
    return [...names].reverse();
  }

  /** The device goes, with all its files. */
  remove(folder: string): void {
    for (const file of this.files.keys()) if (file.startsWith(`${folder}/`)) this.files.delete(file);
  }
}

export function kernelError(errno: string, path: string): Error {
  return Object.assign(new Error(`${errno}: read ${path}`), { code: errno });
}

export function createKernelDriver(
  part: SensorDriverPart,
  options: Readonly<Record<string, unknown>>,
): SensorDriver {
  const clock = new VirtualClock();
  const hal = new MockBoard({ clock });
  return part.create({ hal, clock, wiring: { kind: 'kernel' }, consumer: 'sensor test', options });
}

export function sampleByName(driver: SensorDriver): Record<string, ChannelSample> {
  const samples = driver.read();
  return Object.fromEntries(
    driver.channels.map(({ name }, index) => [name, samples[index] as ChannelSample]),
  );
}
