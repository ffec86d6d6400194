import { printable } from '../printable.ts';
import type { PermissionEntry } from './entry-schema.ts';
import type { PermissionKind } from './grant.ts';
import {
  DEFAULT_I2C_BYTES,
  DEFAULT_LOG_BYTES_PER_SECOND,
  DEFAULT_MINIMUM_INTERVAL_MS,
  DEFAULT_SENSOR_RATE_HZ,
  DEFAULT_SPI_BYTES,
  DEFAULT_SPI_CLOCK_HZ,
} from './limits.ts';
import { hex } from './register-walk.ts';

/** How far down a permission reaches: the levels of docs/levels.md, and what touches no hardware. */
export type PermissionLevel =
  | 'sensor'
  | 'GPIO line'
  | 'PWM output'
  | 'bus device'
  | 'registers (MMIO)'
  | 'no hardware';

export interface PermissionExplanation {
  readonly kind: PermissionKind;
  /** Label of the board file; the kind's name where the kind has no labels. */
  readonly target: string;
  readonly level: PermissionLevel;
  /** What it lets the app do: one sentence without its subject, on one line. */
  readonly may: string;
  /** The worst that an app can make of it: one sentence, on one line. */
  readonly worst: string;
  /** Why it wants a second look; undefined when it is no wider than most. */
  readonly danger: string | undefined;
}

type EntryOf<Kind extends PermissionKind> = Extract<PermissionEntry, { readonly kind: Kind }>;
type Words = Omit<PermissionExplanation, 'kind'>;

/** A kind that is missing here does not compile. */
const explainers: { readonly [Kind in PermissionKind]: (entry: EntryOf<Kind>) => Words } = {
  gpio: ({ line, actions }) => ({
    target: line,
    level: 'GPIO line',
    may: `${spoken(actions)} line "${line}"`,
    worst: actions.includes('write')
      ? `It switches whatever hangs on "${line}" on and off as often as it likes, until it ends and the safe level is driven.`
      : `It learns every change of "${line}".`,
    danger: undefined,
  }),
  i2c: explainI2c,
  spi: ({ device, maxClockHz = DEFAULT_SPI_CLOCK_HZ, maxTransactionBytes = DEFAULT_SPI_BYTES }) => ({
    target: device,
    level: 'bus device',
    may: `exchange up to ${maxTransactionBytes} bytes at a time with SPI device "${device}", at up to ${maxClockHz} Hz`,
    worst: `It sends the chip any command: SPI has no reading apart from writing, so a memory can be erased and a converter set to any value.`,
    danger: undefined,
  }),
  uart: ({ port, actions }) => ({
    target: port,
    level: 'bus device',
    may: `${spoken(actions)} serial port "${port}"`,
    worst: actions.includes('write')
      ? `It sends any command to what is at the far end of "${port}".`
      : `It learns all that comes in on "${port}", and what it has read nobody else gets.`,
    danger: undefined,
  }),
  mmio: explainMmio,
  pwm: ({ channel, periodsNs, dutiesNs }) => ({
    target: channel,
    level: 'PWM output',
    may: `drive PWM channel "${channel}" with active times ${dutiesNs === undefined ? 'of any length' : `of ${spanText(dutiesNs)}`} in ${periodsNs === undefined ? 'the period of the board file' : `periods of ${spanText(periodsNs)}`}`,
    worst: `It moves, heats or dims what hangs on "${channel}" as far as these times go, until it ends and the host switches it off or to its safe duty.`,
    danger: undefined,
  }),
  sensor: ({ sensor, channels, maximumRateHz = DEFAULT_SENSOR_RATE_HZ }) => ({
    target: sensor,
    level: 'sensor',
    may: `read ${channels === undefined ? 'every channel' : channels.join(', ')} of sensor "${sensor}" up to ${maximumRateHz} times a second`,
    worst: `It learns these readings, and has the part measured that often.`,
    danger: undefined,
  }),
  message: ({ actions, topics }) => {
    const wide = topics.filter((topic) => topic === '*' || topic === '/*');
    return {
      target: 'message',
      level: 'no hardware',
      may: `${spoken(actions)} ${topics.map((topic) => `"${topic}"`).join(', ')}`,
      worst:
        actions.includes('request') || actions.includes('publish')
          ? `It makes other apps do what they do on these topics.`
          : `It learns what other apps say on these topics, and answers in another one's place.`,
      danger: wide.length === 0 ? undefined : `It names every topic of every app.`,
    };
  },
  connection: ({ protocol, host, port }) => ({
    target: 'connection',
    level: 'no hardware',
    may:
      protocol === 'udp' && host === '0.0.0.0'
        ? `receive by udp on port ${port} from anybody`
        : `exchange data by ${protocol} with "${host}" port ${port}`,
    worst: `It sends out all that it knows, and does what the far end tells it.`,
    danger:
      protocol === 'udp' && host === '0.0.0.0'
        ? `Anybody on the network can talk to the app.`
        : `What the app reads can leave the machine, to "${host}".`,
  }),
  clock: ({ actions, minimumIntervalMs = DEFAULT_MINIMUM_INTERVAL_MS }) => ({
    target: 'clock',
    level: 'no hardware',
    may:
      `${spoken(actions)} the clock` +
      (actions.includes('timer') ? `, with a timer every ${minimumIntervalMs} ms at most` : ''),
    worst: actions.includes('timer')
      ? `It keeps a processor busy by waking up every ${minimumIntervalMs} ms.`
      : `It knows the time.`,
    danger: undefined,
  }),
  log: ({ maxBytesPerSecond = DEFAULT_LOG_BYTES_PER_SECOND }) => ({
    target: 'log',
    level: 'no hardware',
    may: `print up to ${maxBytesPerSecond} bytes a second`,
    worst: `It fills the log with ${maxBytesPerSecond} bytes a second of what it likes.`,
    danger: undefined,
  }),
};

/** What an entry of a manifest lets an app do, and at worst. Texts of the file are shown, not obeyed. */
export function explainPermission(entry: PermissionEntry): PermissionExplanation {
  const explain = explainers[entry.kind] as (entry: PermissionEntry) => Words;
  const { target, level, may, worst, danger } = explain(entry);
  return {
    kind: entry.kind,
    target,
    level,
    may: printable(may),
    worst: printable(worst),
    danger: danger === undefined ? undefined : printable(danger),
  };
}

function explainI2c(entry: EntryOf<'i2c'>): Words {
  const { device, bus, addresses, registers, actions, maxTransactionBytes = DEFAULT_I2C_BYTES } = entry;
  const canWrite =
    registers?.some((range) => (range.actions ?? actions).includes('write')) ?? actions.includes('write');
  const size = `up to ${maxTransactionBytes} bytes at a time`;
  if (bus !== undefined) {
    const ranges = (addresses ?? []).map((each) =>
      typeof each === 'number' ? { first: each, last: each } : each,
    );
    const count = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const shown = ranges
      .map(({ first, last }) => (first === last ? hex(first) : `${hex(first)} to ${hex(last)}`))
      .join(', ');
    return {
      target: bus,
      level: 'bus device',
      may: `${spoken(actions)} I2C bus "${bus}" at ${shown}, ${size}`,
      worst: canWrite
        ? `It changes any setting of any chip at these addresses, also of chips that are plugged in later.`
        : `It reads any chip at these addresses, also where reading clears something, as in interrupt registers.`,
      danger:
        count > MANY_ADDRESSES
          ? `It reaches ${count} addresses of the bus, whatever is wired there; name the devices in the board file.`
          : undefined,
    };
  }
  const ranges = (registers ?? []).map(
    ({ first, last = first, actions: own = actions }) =>
      `${first === last ? hex(first) : `${hex(first)} to ${hex(last)}`} (${own.join(', ')})`,
  );
  return {
    target: device ?? '',
    level: 'bus device',
    may:
      registers === undefined
        ? `${spoken(actions)} the whole of I2C device "${device}", ${size}`
        : `use registers ${ranges.join(', ')} of I2C device "${device}", ${size}`,
    worst: canWrite
      ? `It sets ${registers === undefined ? 'anything in the chip' : 'these registers'} to any value, which stays when it ends: the host knows no safe state of a chip.`
      : `It reads ${registers === undefined ? 'the chip' : 'these registers'} as often as the bus allows, also where reading clears something.`,
    danger:
      registers === undefined && canWrite
        ? `It may write anything to "${device}", also settings that damage or lock the chip; name the registers.`
        : undefined,
  };
}

/** Addresses of a bus above which an entry is told to be wide: more than the ones that a part can be strapped to. */
const MANY_ADDRESSES = 8;
/** Registers of a window above which an entry is told to be wide. */
const MANY_REGISTERS = 16;

function explainMmio({ window, registers }: EntryOf<'mmio'>): Words {
  const texts = registers.map(({ offset, last = offset, actions = ['read', 'write'], writeMask }) => {
    const mask = writeMask === undefined ? '' : `, bits 0x${writeMask.toString(16)}`;
    return `${offset === last ? hex(offset) : `${hex(offset)} to ${hex(last)}`} (${actions.join(', ')}${actions.includes('write') ? mask : ''})`;
  });
  const writes = registers.filter(({ actions }) => actions?.includes('write') ?? true);
  const whole = writes.filter(({ writeMask = ALL_BITS }) => writeMask === ALL_BITS);
  const count = registers.reduce((sum, { offset, last = offset }) => sum + (last - offset) / 4 + 1, 0);
  return {
    target: window,
    level: 'registers (MMIO)',
    may: `use registers ${texts.join(', ')} of window "${window}"`,
    worst:
      writes.length === 0
        ? `It reads these registers, also where reading clears something.`
        : `It drives lines and switches blocks of the chip that other apps own, and they stay so when it ends: registers know neither owner nor safe level.`,
    danger:
      whole.length > 0
        ? `It may change every bit of ${wholeText(whole)} of "${window}"; give a writeMask.`
        : count > MANY_REGISTERS
          ? `It reaches ${count} registers of "${window}"; name the ones that it needs.`
          : undefined,
  };
}

function wholeText(ranges: EntryOf<'mmio'>['registers']): string {
  const [only] = ranges;
  if (ranges.length !== 1 || only === undefined) return `${ranges.length} ranges of registers`;
  return (only.last ?? only.offset) === only.offset ? `register ${hex(only.offset)}` : 'a range of registers';
}

const ALL_BITS = 0xffff_ffff;

function spanText({
  first,
  last = first,
}: {
  readonly first: number;
  readonly last?: number | undefined;
}): string {
  return first === last ? `${first} ns` : `${first} to ${last} ns`;
}

const words: Readonly<Record<string, string>> = {
  read: 'read',
  write: 'write',
  watch: 'watch',
  request: 'send requests to',
  register: 'answer requests to',
  publish: 'publish events',
  subscribe: 'receive events',
  monotonic: 'read',
  wall: 'read the time of day of',
  sleep: 'wait for',
  timer: 'be woken by',
};

function spoken(actions: readonly string[]): string {
  const texts = actions.map((action) => words[action] ?? action);
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}
