import { checkOptionNames, refuseField } from '../drivers/driver-options.ts';
import { MAX_CHANNELS } from '../scheduler/limits.ts';
import type { KernelClass, KernelDevice, KernelDeviceChoice } from './kernel-device.ts';
import { KernelDeviceFinder, listKernelDevices } from './kernel-device.ts';
import type { KernelFiles } from './kernel-files.ts';

/** Devices of one name: the largest `index` is one less. */
export const MAX_KERNEL_INDEX = 1_023;

/** What `hwmon` and `iio` have in common: a name, and channels that are found or listed. */
export interface NamedDeviceOptions {
  readonly finder: KernelDeviceFinder;
  /** Undefined when it is not there now. */
  readonly device: KernelDevice | undefined;
  readonly channelNames: readonly string[];
}

export interface NamedDeviceKind {
  /** The driver, e.g. `hwmon`. */
  readonly part: string;
  readonly kernelClass: KernelClass;
  readonly channelsOf: (files: KernelFiles, devicePath: string) => readonly string[];
}

/**
 * Options `device` (name), `index` (which of several of that name, default the only one) and `channels` (default all that
 * the device has now). Throws SENSOR_BAD_DESCRIPTION.
 */
export function readNamedDeviceOptions(
  files: KernelFiles,
  { part, kernelClass, channelsOf }: NamedDeviceKind,
  options: Readonly<Record<string, unknown>>,
): NamedDeviceOptions {
  checkOptionNames(part, options, ['device', 'index', 'channels']);
  const identity = options['device'];
  if (typeof identity !== 'string' || identity === '') {
    refuseField(part, 'options.device', `it is the name of a device; ${knownNames(files, kernelClass)}`);
  }
  const choice: KernelDeviceChoice = { identity, index: indexOf(part, options['index']) };
  const finder = new KernelDeviceFinder(files, kernelClass, choice);
  const candidates = finder.candidates();
  if (candidates.length > 1 && choice.index === undefined) {
    const why = `${candidates.length} devices are called ${identity}; say which, 0 to ${candidates.length - 1}`;
    refuseField(part, 'options.index', why);
  }
  const device = candidates[choice.index ?? 0];
  const listed = options['channels'];
  if (listed !== undefined) return { finder, device, channelNames: namesOf(part, listed) };
  if (device === undefined) {
    const why = `${identity} is not there, so its channels have to be listed; ${knownNames(files, kernelClass)}`;
    refuseField(part, 'options.channels', why);
  }
  const channelNames = channelsOf(files, device.path);
  if (channelNames.length === 0 || channelNames.length > MAX_CHANNELS) {
    const why = `${identity} has ${channelNames.length} channels; list 1 to ${MAX_CHANNELS} that it has`;
    refuseField(part, 'options.channels', why);
  }
  return { finder, device, channelNames };
}

/** For messages: what the machine has. */
export function knownNames(files: KernelFiles, kernelClass: KernelClass): string {
  const names = new Set(listKernelDevices(files, kernelClass).map((device) => device.identity));
  return names.size === 0 ? 'there is none now' : `there is ${[...names].join(', ')}`;
}

function indexOf(part: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAX_KERNEL_INDEX) {
    refuseField(part, 'options.index', `it is 0 to ${MAX_KERNEL_INDEX}`);
  }
  return value;
}

function namesOf(part: string, value: unknown): readonly string[] {
  const why = `it is a list of 1 to ${MAX_CHANNELS} channel names, each once`;
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_CHANNELS) {
    refuseField(part, 'options.channels', why);
  }
  const names = value.map((name: unknown) =>
    typeof name === 'string' ? name : refuseField(part, 'options.channels', why),
  );
  if (new Set(names).size !== names.length) refuseField(part, 'options.channels', why);
  return names;
}
