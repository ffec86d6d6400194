import { HalError } from '../error.ts';

/**
 * Shared memory between one client thread and the broker thread. Made of SharedArrayBuffers only, so it can be handed
 * to a worker in `workerData` or in a message.
 */
export interface RemoteChannelBuffers {
  /** Words of `controlWord`, then the arguments of the call under way. */
  readonly control: SharedArrayBuffer;
  /** Bytes of the call under way: first the client's, then the answer. */
  readonly payload: SharedArrayBuffer;
  /** Ring of events from the broker (`EventRingWriter`). */
  readonly events: SharedArrayBuffer;
  /** Rung by every client of one broker; the broker sleeps on it. */
  readonly doorbell: SharedArrayBuffer;
  /** What the client's thread sleeps on: one for all channels of a thread. */
  readonly wake: SharedArrayBuffer;
}

export interface RemoteChannelOptions {
  /** The broker's, from `createDoorbell`. */
  readonly doorbell: SharedArrayBuffer;
  /** From `createWake`, for a thread that has channels to several brokers. Default a new one. */
  readonly wake?: SharedArrayBuffer;
  /** Most bytes of one call. Default DEFAULT_PAYLOAD_BYTES, at least MIN_PAYLOAD_BYTES, at most MAX_PAYLOAD_BYTES. */
  readonly payloadBytes?: number;
  /** Events that can wait; the oldest is dropped when one more comes. Default DEFAULT_EVENT_CAPACITY. */
  readonly eventCapacity?: number;
}

/** Room for a full spidev transaction (4096 bytes, bufsiz) or seven I2C messages of 8192 bytes (i2c-dev). */
export const DEFAULT_PAYLOAD_BYTES = 65_536;
/** Requests to open and error texts must fit. */
export const MIN_PAYLOAD_BYTES = 1_024;
export const MAX_PAYLOAD_BYTES = 16_777_216;
export const DEFAULT_EVENT_CAPACITY = 1_024;
export const MAX_EVENT_CAPACITY = 65_536;

/** Words of the control buffer. */
export const controlWord = {
  /** Counts calls; the client's. A call is under way while it differs from `response`. */
  request: 0,
  /** Counts answers; the broker's. The client sleeps on it. */
  response: 1,
  operation: 2,
  handle: 3,
  requestBytes: 4,
  status: 5,
  responseBytes: 6,
  state: 7,
} as const;

/** Words of the wake buffer. */
export const wakeWord = {
  /** Moves when the client has something to look at: an event, received bytes, a stop request. */
  wake: 0,
  stop: 1,
} as const;

/** Values of the `state` word. */
export const channelState = {
  /** The broker has not taken the channel up yet: calls wait. */
  waiting: 0,
  served: 1,
  /** The broker has closed everything that the client had: calls fail at once. */
  detached: 2,
} as const;

/** Words of the doorbell buffer. */
export const doorbellWord = {
  /** Counts calls and messages; the broker sleeps on it. */
  ring: 0,
  /** Counts messages that were posted to the broker's port. */
  message: 1,
  stop: 2,
  /** Counts beats of the supervisor; the broker looks whether they go on. */
  heartbeat: 3,
} as const;

const CONTROL_WORDS = 16;
const ARGUMENT_COUNT = 4;
/** Which number of the answer to a transaction, also a failed one, is how long it took, nanoseconds. */
export const TRANSACTION_NS_VALUE = 3;
const DOORBELL_WORDS = 8;
/** From here on a doorbell has room for 16 bytes of what its owner has to tell while it hangs in a call of the kernel. */
export const DOORBELL_NOTE_OFFSET = 16;
const WAKE_WORDS = 2;
/** Bytes before the first event: indexes and the drop counter, padded to 8-byte alignment. */
export const EVENT_HEADER_BYTES = 16;
/** Five fields of 8 bytes: kind, token, time, sequence, detail. */
export const EVENT_RECORD_BYTES = 40;

/** Longest sleep of either side before it looks again, milliseconds: no lost wake can hang a thread. */
export const MAX_SLEEP_MS = 50;

export function createDoorbell(): SharedArrayBuffer {
  return new SharedArrayBuffer(DOORBELL_WORDS * Int32Array.BYTES_PER_ELEMENT);
}

/** What a client's thread sleeps on, for all its channels. */
export function createWake(): SharedArrayBuffer {
  return new SharedArrayBuffer(WAKE_WORDS * Int32Array.BYTES_PER_ELEMENT);
}

/** Throws HAL_BAD_ARGUMENT. */
export function createRemoteChannel(options: RemoteChannelOptions): RemoteChannelBuffers {
  const payloadBytes = options.payloadBytes ?? DEFAULT_PAYLOAD_BYTES;
  const eventCapacity = options.eventCapacity ?? DEFAULT_EVENT_CAPACITY;
  checkSize('payloadBytes', payloadBytes, MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  checkSize('eventCapacity', eventCapacity, 1, MAX_EVENT_CAPACITY);
  return {
    control: new SharedArrayBuffer(
      CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT + ARGUMENT_COUNT * Float64Array.BYTES_PER_ELEMENT,
    ),
    payload: new SharedArrayBuffer(payloadBytes),
    events: new SharedArrayBuffer(EVENT_HEADER_BYTES + eventCapacity * EVENT_RECORD_BYTES),
    doorbell: options.doorbell,
    wake: options.wake ?? createWake(),
  };
}

/** The views that both sides use. */
export interface ChannelViews {
  readonly words: Int32Array;
  /** Numbers of the call under way (then of its answer), as doubles: what the caller gave arrives unchanged. */
  readonly values: Float64Array;
  readonly payload: Uint8Array;
  readonly events: SharedArrayBuffer;
  readonly doorbell: Int32Array;
  readonly wake: Int32Array;
}

/** Throws HAL_BAD_ARGUMENT for buffers that `createRemoteChannel` did not make. */
export function viewChannel(buffers: RemoteChannelBuffers): ChannelViews {
  const controlBytes = CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT;
  const payloadBytes = byteLengthOf(buffers.payload);
  const eventBytes = byteLengthOf(buffers.events) - EVENT_HEADER_BYTES;
  if (
    byteLengthOf(buffers.control) !== controlBytes + ARGUMENT_COUNT * Float64Array.BYTES_PER_ELEMENT ||
    payloadBytes < MIN_PAYLOAD_BYTES ||
    payloadBytes > MAX_PAYLOAD_BYTES ||
    eventBytes < EVENT_RECORD_BYTES ||
    eventBytes % EVENT_RECORD_BYTES !== 0 ||
    eventBytes / EVENT_RECORD_BYTES > MAX_EVENT_CAPACITY ||
    byteLengthOf(buffers.doorbell) !== DOORBELL_WORDS * Int32Array.BYTES_PER_ELEMENT ||
    byteLengthOf(buffers.wake) !== WAKE_WORDS * Int32Array.BYTES_PER_ELEMENT
  ) {
    throw new HalError('HAL_BAD_ARGUMENT', 'these are not the buffers of a remote channel');
  }
  return {
    words: new Int32Array(buffers.control, 0, CONTROL_WORDS),
    values: new Float64Array(buffers.control, controlBytes, ARGUMENT_COUNT),
    payload: new Uint8Array(buffers.payload),
    events: buffers.events,
    doorbell: new Int32Array(buffers.doorbell),
    wake: new Int32Array(buffers.wake),
  };
}

/** Asks the client's thread to stop: `RemoteHal.stopRequested` of all its channels is true from now on, waits return. */
export function requestStop(buffers: RemoteChannelBuffers): void {
  const { wake } = viewChannel(buffers);
  Atomics.store(wake, wakeWord.stop, 1);
  wakeClient(wake);
}

/** Ends the wait of a client's thread. `wake`: a view of what `createWake` made. */
export function wakeClient(wake: Int32Array): void {
  Atomics.add(wake, wakeWord.wake, 1);
  Atomics.notify(wake, wakeWord.wake);
}

export function ringDoorbell(doorbell: Int32Array): void {
  Atomics.add(doorbell, doorbellWord.ring, 1);
  Atomics.notify(doorbell, doorbellWord.ring);
}

/** -1 for what is no SharedArrayBuffer. */
function byteLengthOf(buffer: unknown): number {
  return buffer instanceof SharedArrayBuffer ? buffer.byteLength : -1;
}

function checkSize(field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new HalError('HAL_BAD_ARGUMENT', `${field} is ${least} to ${most}, not ${String(value)}`, {
      details: { field },
    });
  }
}
