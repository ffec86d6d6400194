import type { HalCapabilities, HalInfo } from '../contract/hal.ts';
import { halErrorTable } from '../error.ts';
import { MAX_RECORDED_OFFSET, MAX_RECORDING_CHARACTERS, MAX_RECORDING_ENTRIES } from './limits.ts';
import {
  type CallEntry,
  type EndEntry,
  type EventEntry,
  RECORDING_VERSION,
  type RecordedLineName,
  type RecordingHeader,
} from './recording-entry.ts';
import { RecordingError } from './recording-error.ts';

/** A recording that was read. */
export interface Recording {
  readonly startNs: bigint;
  readonly wallNs: bigint;
  readonly info: HalInfo;
  readonly capabilities: HalCapabilities;
  /** Lines that the board file had by name; see `recordedLineNames`. */
  readonly lineNames: readonly RecordedLineName[];
  /** Calls in the order in which they ended, with the events between them. */
  readonly entries: readonly (CallEntry | EventEntry)[];
  /** Who opened each handle, by its number. */
  readonly owners: ReadonlyMap<number, string>;
  /** When the recording ended, ns since its start; of an incomplete one, when its last entry was. */
  readonly endNs: number;
  /** When the replay is asked to stop, ns since the start; undefined when that was not noted. */
  readonly stopNs: number | undefined;
  /** Why something is missing; undefined when it is complete. */
  readonly incomplete: string | undefined;
}

/** Reads what `recordHal` wrote. Throws RecordingError RECORDING_INVALID, which names the line. */
export function parseRecording(text: string): Recording {
  if (text.length > MAX_RECORDING_CHARACTERS) {
    throw new RecordingError(
      'RECORDING_INVALID',
      `the recording has more than ${MAX_RECORDING_CHARACTERS} characters (MAX_RECORDING_CHARACTERS)`,
    );
  }
  const lines = text.split('\n');
  // After the last line feed there is nothing, unless the writer was stopped within a line.
  const rest = lines.pop() ?? '';
  const [first, ...others] = lines.map(parseLine);
  const header = readHeader(first);
  const entries: (CallEntry | EventEntry)[] = [];
  const owners = new Map<number, string>();
  let end: EndEntry | undefined;
  for (const [index, value] of others.entries()) {
    const line = index + 2;
    if (end !== undefined) throw invalid(line, 'there is more after the end');
    if (isEnd(value)) end = value;
    else entries.push(readEntry(value, line, owners));
  }
  if (entries.length > MAX_RECORDING_ENTRIES) {
    throw new RecordingError(
      'RECORDING_INVALID',
      `the recording has more than ${MAX_RECORDING_ENTRIES} entries (MAX_RECORDING_ENTRIES)`,
    );
  }
  if (end !== undefined && (end.entries !== entries.length || rest !== '')) {
    throw invalid(others.length + 1, `it tells ${end.entries} entries, and there are ${entries.length}`);
  }
  return {
    startNs: BigInt(header.startNs),
    wallNs: BigInt(header.wallNs),
    info: header.info,
    // Recordings from before there was PWM do not say that they have none.
    capabilities: {
      ...header.capabilities,
      pwm: (header.capabilities as Partial<HalCapabilities>).pwm ?? false,
    },
    lineNames: header.lineNames ?? [],
    entries,
    owners,
    endNs: end?.at ?? entries.at(-1)?.at ?? 0,
    stopNs: stopOf(end, entries),
    incomplete: whyIncomplete(end),
  };
}

/**
 * The replay's look that finds the request comes earlier than the app's did, which took time to get there. So the request is as early
 * as can be: behind the last look that found none, and not before an event that came with it.
 */
function stopOf(end: EndEntry | undefined, entries: readonly (CallEntry | EventEntry)[]): number | undefined {
  if (end?.stopAt === undefined || end.stopSeenAt === undefined) return end?.stopAt;
  const { stopAt, stopSeenAt } = end;
  const lastEvent = entries.findLast((entry) => 'event' in entry && entry.at <= stopSeenAt);
  return Math.max(stopAt + 1, lastEvent?.at ?? 0);
}

function whyIncomplete(end: EndEntry | undefined): string | undefined {
  if (end === undefined) return 'it was cut off before its end';
  return end.dropped === 0 ? undefined : `${end.dropped} calls and events after the last one are missing`;
}

type Fields = Readonly<Record<string, unknown>>;

function parseLine(text: string, index: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RecordingError('RECORDING_INVALID', `line ${index + 1} of the recording is no JSON`, { cause });
  }
  if (!isFields(value)) throw invalid(index + 1, 'it is no object');
  return value;
}

function readHeader(value: Fields | undefined): RecordingHeader {
  if (value === undefined || value['kanchi'] !== 'recording')
    throw invalid(1, 'it does not begin a recording');
  if (value['version'] !== RECORDING_VERSION) {
    throw invalid(
      1,
      `it is of version ${JSON.stringify(value['version'])}; this Kanchi reads ${RECORDING_VERSION}`,
    );
  }
  const { info, capabilities, lineNames = [] } = value;
  const isWhole =
    isDecimal(value['startNs']) &&
    isDecimal(value['wallNs']) &&
    isFields(info) &&
    typeof info['backend'] === 'string' &&
    isFields(capabilities) &&
    Object.values(capabilities).every((each) => typeof each === 'boolean');
  if (!isWhole) throw invalid(1, 'it does not say when and on what it was recorded');
  if (!Array.isArray(lineNames) || !lineNames.every(isLineName)) {
    throw invalid(1, 'it has names of lines that are none');
  }
  return value as unknown as RecordingHeader;
}

function readEntry(value: Fields, line: number, owners: Map<number, string>): CallEntry | EventEntry {
  const { on, at } = value;
  if (!isCount(at)) throw invalid(line, 'it has no time');
  if (on !== undefined && !owners.has(on as number))
    throw invalid(line, `no handle ${JSON.stringify(on)} was opened before`);
  if (typeof value['event'] === 'string') return readEvent(value, line);
  const { call, args, tookNs, handle, consumer, error } = value;
  if (typeof call !== 'string' || !isFields(args) || !isCount(tookNs)) {
    throw invalid(line, 'it is no call, no event and no end');
  }
  if (error !== undefined && !isRecordedError(error))
    throw invalid(line, 'it has an error that there is not');
  if (handle !== undefined) {
    if (!isCount(handle) || owners.has(handle) || typeof consumer !== 'string') {
      throw invalid(line, 'it opens nothing');
    }
    owners.set(handle, consumer);
  }
  return value as unknown as CallEntry;
}

function readEvent(value: Fields, line: number): EventEntry {
  const { event, on, timeNs, sequence, detail, during } = value;
  const isWhole =
    ['edge', 'uart-readable', 'uart-closed'].includes(event as string) &&
    on !== undefined &&
    (during === undefined || typeof during === 'string') &&
    [timeNs, sequence, detail].every((each) => Number.isSafeInteger(each));
  if (!isWhole) throw invalid(line, 'it is no event');
  return value as unknown as EventEntry;
}

function isEnd(value: Fields): value is Fields & EndEntry {
  return (
    value['end'] === true &&
    isCount(value['at']) &&
    isCount(value['entries']) &&
    isCount(value['dropped']) &&
    isCount(value['stopAt'] ?? 0) &&
    isCount(value['stopSeenAt'] ?? 0)
  );
}

function isLineName(value: unknown): boolean {
  if (!isFields(value) || typeof value['name'] !== 'string') return false;
  const { chip, offset } = value;
  return (chip === undefined || typeof chip === 'string') && isCount(offset) && offset <= MAX_RECORDED_OFFSET;
}

function isRecordedError(value: unknown): boolean {
  if (!isFields(value) || typeof value['message'] !== 'string') return false;
  const { code } = value;
  return code === undefined || (typeof code === 'string' && Object.hasOwn(halErrorTable, code));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/u.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function invalid(line: number, reason: string): RecordingError {
  return new RecordingError('RECORDING_INVALID', `line ${line} of the recording: ${reason}`);
}
