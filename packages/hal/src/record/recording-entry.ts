import type { HalEventKind } from '../contract/event.ts';
import type { HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { HalErrorCode, HalErrorDetails } from '../error.ts';

/** Version of the format. Any other is RECORDING_INVALID. */
export const RECORDING_VERSION = 1;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

export type JsonRecord = { readonly [name: string]: JsonValue | undefined };

/** A line that the board file of the recorded app has by name: the request for it has this chip and offset. */
export interface RecordedLineName {
  readonly name: string;
  /** Missing for the chip with the header lines. */
  readonly chip?: string | undefined;
  readonly offset: number;
}

/** First line of a recording. Times in all lines after it are nanoseconds since `startNs`. */
export interface RecordingHeader {
  readonly kanchi: 'recording';
  readonly version: typeof RECORDING_VERSION;
  /** Monotonic time, decimal: a number of JSON cannot hold every one. */
  readonly startNs: string;
  /** Wall time at that moment, nanoseconds since 1970, decimal. */
  readonly wallNs: string;
  readonly info: HalInfo;
  readonly capabilities: HalCapabilities;
  /** Missing when the board file has no line by name. */
  readonly lineNames?: readonly RecordedLineName[];
}

/** A call that returned or threw. Bytes are text in hexadecimal, in arguments and results. */
export interface CallEntry {
  readonly call: string;
  /** Number of the handle it was made on; missing for calls of the backend itself. */
  readonly on?: number;
  /** Who opens, for calls that open. */
  readonly consumer?: string;
  readonly at: number;
  readonly tookNs: number;
  readonly args: JsonRecord;
  /** Number of the handle that was opened, from 1. */
  readonly handle?: number;
  readonly result?: JsonValue;
  readonly error?: RecordedError;
}

export interface RecordedError {
  /** Missing for what was no HalError. */
  readonly code?: HalErrorCode;
  readonly message: string;
  readonly errno?: string;
  readonly details?: HalErrorDetails;
}

/** An event, at the time at which it was handed out. */
export interface EventEntry {
  readonly event: HalEventKind;
  /** Number of the handle that is watched. The token is the consumer's own and is not kept. */
  readonly on: number;
  readonly at: number;
  /** Its own time stamp. */
  readonly timeNs: number;
  readonly sequence: number;
  readonly detail: number;
  /** Who was calling when it came: the event belongs to the next call of that consumer. Missing when nobody was. */
  readonly during?: string;
}

/** Last line. A recording without it was cut off. */
export interface EndEntry {
  readonly end: true;
  readonly at: number;
  readonly entries: number;
  /** When the app was asked to stop, or did not know of it yet; missing when it was not, or nobody noted it. */
  readonly stopAt?: number;
  /** When it saw the request; missing when that was at `stopAt`. */
  readonly stopSeenAt?: number;
  /** Calls and events that are not in it. Above 0 it is incomplete. */
  readonly dropped: number;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte + 256).toString(16).slice(1);
  return text;
}

/** Undefined for what `toHex` did not make. */
export function fromHex(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})*$/u.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

/** The same text for equal arguments, whatever order their fields were written in. */
export function argumentText(args: JsonRecord): string {
  return JSON.stringify(args, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/** For people: `transaction on 2 {"address":72,...}`. */
export function callText(call: string, on: number | undefined, args: JsonRecord, consumer?: string): string {
  const where = on === undefined ? '' : ` on handle ${on}`;
  const who = consumer === undefined ? '' : ` by "${consumer}"`;
  return `${call}${where}${who} ${argumentText(args)}`;
}
