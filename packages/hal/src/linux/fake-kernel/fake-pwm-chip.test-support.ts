import { SysError } from '../sys.ts';
import type { FakeFile } from './fake-file.test-support.ts';
import type { FakeAttribute, FakeFiles } from './fake-files.test-support.ts';

export interface FakePwmOptions {
  /** Name of the device, e.g. `fe20c000.pwm`. */
  readonly device: string;
  readonly channelCount?: number;
  /** Default true. */
  readonly inverts?: boolean;
  /** Periods that the driver takes, nanoseconds. Default 2 to 2^32. */
  readonly periodsNs?: readonly [number, number];
}

export interface FakePwmState {
  readonly period: number;
  readonly duty: number;
  readonly polarity: 'normal' | 'inversed';
  readonly enabled: boolean;
}

interface Channel {
  state: FakePwmState;
  isExported: boolean;
  /** Who has flock(2) on `enable`. */
  locker: FakeFile | undefined;
  /** Accesses that are answered with EACCES until udev has come by. */
  earlyAccesses: number;
}

interface Place {
  readonly files: FakeFiles;
  readonly folder: string;
}

/**
 * A PWM controller in sysfs, as drivers/pwm/sysfs.c and core.c have it and as pwm-bcm2835 was seen to answer on the emulated Pi: an equal
 * state is taken without a look, a state is checked only when it is on, the driver refuses a period that it cannot count in every change,
 * and what a channel was set to stays after its unexport.
 */
export class FakePwmChip {
  /** Each state that a channel took, in order: `channel period/duty polarity on|off`. */
  readonly log: string[] = [];
  /** Channels that a driver of the kernel has. */
  readonly claimed = new Set<number>();
  /** Called before each change: an export, a state, an unexport. */
  onChange: () => void = () => {};
  /** How many accesses of each new export come too early for the user. */
  earlyAccesses = 0;
  /** The files are root's: export and all. */
  isRoots = false;
  readonly #options: Required<FakePwmOptions>;
  readonly #channels: readonly Channel[];
  readonly #places: Place[] = [];

  constructor(options: FakePwmOptions) {
    this.#options = { channelCount: 2, inverts: true, periodsNs: [2, 2 ** 32], ...options };
    this.#channels = Array.from({ length: this.#options.channelCount }, () => ({
      state: { period: 0, duty: 0, polarity: 'normal', enabled: false },
      isExported: false,
      locker: undefined,
      earlyAccesses: 0,
    }));
  }

  /** Shows it in a tree of files, under a number of its own there. */
  attach(files: FakeFiles, name: string): void {
    const { device, channelCount } = this.#options;
    const folder = `/sys/class/pwm/${name}`;
    const target = `/sys/devices/platform/soc/${device}`;
    files.addText(target, '');
    files.addLink(`${folder}/device`, target);
    files.addText(`${folder}/npwm`, String(channelCount));
    files.addAttribute(`${folder}/export`, { write: (text) => this.#export(text) });
    files.addAttribute(`${folder}/unexport`, { write: (text) => this.#unexport(text) });
    this.#places.push({ files, folder });
  }

  state(channel: number): FakePwmState {
    return this.#channel(channel).state;
  }

  isExported(channel: number): boolean {
    return this.#channel(channel).isExported;
  }

  /** As `echo` of somebody else does it. */
  write(channel: number, attribute: 'period' | 'duty_cycle' | 'polarity' | 'enable', text: string): void {
    this.#store(this.#channel(channel), channel, attribute, text);
  }

  exportBy(channel: number): void {
    this.#export(String(channel));
  }

  #channel(number: number): Channel {
    const channel = this.#channels[number];
    if (channel === undefined) throw new SysError('ENODEV', 'write');
    return channel;
  }

  #export(text: string): void {
    if (this.isRoots) throw new SysError('EACCES', 'open');
    const number = parse(text);
    const channel = this.#channel(number);
    if (channel.isExported || this.claimed.has(number)) throw new SysError('EBUSY', 'write');
    this.onChange();
    channel.isExported = true;
    channel.earlyAccesses = this.earlyAccesses;
    for (const { files, folder } of this.#places) {
      for (const attribute of ['period', 'duty_cycle', 'polarity', 'enable'] as const) {
        files.addAttribute(
          `${folder}/pwm${number}/${attribute}`,
          this.#attribute(channel, number, attribute),
        );
      }
    }
  }

  #unexport(text: string): void {
    if (this.isRoots) throw new SysError('EACCES', 'open');
    const number = parse(text);
    const channel = this.#channel(number);
    if (!channel.isExported) throw new SysError('ENODEV', 'write');
    this.onChange();
    channel.isExported = false;
    for (const { files, folder } of this.#places) {
      for (const attribute of ['period', 'duty_cycle', 'polarity', 'enable']) {
        files.remove(`${folder}/pwm${number}/${attribute}`);
      }
    }
  }

  #attribute(
    channel: Channel,
    number: number,
    attribute: 'period' | 'duty_cycle' | 'polarity' | 'enable',
  ): FakeAttribute {
    return {
      // Everybody may read.
      read: () => show(channel.state, attribute),
      write: (text) => {
        this.#checkWritable(channel);
        this.#store(channel, number, attribute, text);
      },
      open: () => {
        this.#checkWritable(channel);
        const file: FakeFile = {
          lock: () => {
            if (channel.locker !== undefined && channel.locker !== file) return false;
            channel.locker = file;
            return true;
          },
          release: () => {
            if (channel.locker === file) channel.locker = undefined;
          },
        };
        return file;
      },
    };
  }

  #checkWritable(channel: Channel): void {
    if (channel.earlyAccesses === 0) return;
    channel.earlyAccesses -= 1;
    throw new SysError('EACCES', 'open');
  }

  #store(channel: Channel, number: number, attribute: string, text: string): void {
    this.#apply(channel, number, { ...channel.state, ...changeOf(attribute, text) });
  }

  #apply(channel: Channel, number: number, next: FakePwmState): void {
    const { state } = channel;
    const [shortest, longest] = this.#options.periodsNs;
    if (next.enabled && (next.period === 0 || next.duty > next.period)) throw new SysError('EINVAL', 'write');
    const isEqual =
      next.period === state.period &&
      next.duty === state.duty &&
      next.polarity === state.polarity &&
      next.enabled === state.enabled;
    if (isEqual) return;
    if (next.period < shortest || next.period > longest) throw new SysError('EINVAL', 'write');
    if (next.polarity === 'inversed' && !this.#options.inverts) throw new SysError('EINVAL', 'write');
    this.onChange();
    channel.state = next;
    this.log.push(`${number} ${next.period}/${next.duty} ${next.polarity} ${next.enabled ? 'on' : 'off'}`);
  }
}

function changeOf(attribute: string, text: string): Partial<FakePwmState> {
  if (attribute === 'period') return { period: parse(text) };
  if (attribute === 'duty_cycle') return { duty: parse(text) };
  if (attribute === 'polarity') {
    if (text !== 'normal' && text !== 'inversed') throw new SysError('EINVAL', 'write');
    return { polarity: text };
  }
  if (text !== '0' && text !== '1') throw new SysError('EINVAL', 'write');
  return { enabled: text === '1' };
}

/** kstrtoull of the kernel. */
function parse(text: string): number {
  if (!/^\d+$/u.test(text)) throw new SysError('EINVAL', 'write');
  return Number(text);
}

function show({ period, duty, polarity, enabled }: FakePwmState, attribute: string): string {
  if (attribute === 'period') return String(period);
  if (attribute === 'duty_cycle') return String(duty);
  return attribute === 'polarity' ? polarity : enabled ? '1' : '0';
}
