import { SensorError } from '../error.ts';
import {
  DEFAULT_TIMERS,
  DEFAULT_WATCHDOG_MS,
  MAX_FRAME_BYTES,
  MAX_TIMERS,
} from '../wamr-framework/limits.ts';
import { decodeRequest, encodeRequest, type RequestPacket } from '../wamr-framework/packet.ts';
import { isUnder, parseAppletQuery } from '../wamr-framework/url.ts';
import type { AppletInstallation } from './applet-port.ts';
import { DEFAULT_HEAP_BYTES, MAX_HEAP_BYTES, MAX_WATCHDOG_MS, MIN_HEAP_BYTES } from './limits.ts';

/** Of a request's head (reference: request packet): where the url's and the payload's sizes stand, and where it ends. */
const URL_SIZE_OFFSET = 12;
const PAYLOAD_SIZE_OFFSET = 14;
const REQUEST_HEAD_BYTES = 18;

/**
 * The request in an installation frame. Its payload is the app, so that it may be as large as a frame, not only as a
 * packet. The payload is a view of `bytes`. Undefined for bytes that are no valid request.
 */
export function decodeInstallation(bytes: Uint8Array): RequestPacket | undefined {
  if (bytes.length < REQUEST_HEAD_BYTES || bytes.length > MAX_FRAME_BYTES) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payloadStart = REQUEST_HEAD_BYTES + view.getUint16(URL_SIZE_OFFSET);
  if (bytes.length !== payloadStart + view.getUint32(PAYLOAD_SIZE_OFFSET)) {
    return undefined;
  }
  const withoutPayload = bytes.slice(0, payloadStart);
  withoutPayload.fill(0, PAYLOAD_SIZE_OFFSET, REQUEST_HEAD_BYTES);
  const head = decodeRequest(withoutPayload);
  return head === undefined ? undefined : { ...head, payload: bytes.subarray(payloadStart) };
}

/** The bytes of a request whose payload may be as large as a frame. Throws SENSOR_BAD_PACKET for a larger one. */
export function encodeInstallation(request: RequestPacket): Uint8Array {
  const { payload } = request;
  const head = encodeRequest({ ...request, payload: new Uint8Array(0) });
  if (head.length + payload.length > MAX_FRAME_BYTES) {
    throw new SensorError('SENSOR_BAD_PACKET', `an installation has at most ${MAX_FRAME_BYTES} bytes`);
  }
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  new DataView(bytes.buffer).setUint32(PAYLOAD_SIZE_OFFSET, payload.length);
  return bytes;
}

/** Whether a request is about apps as such: `/applet`, with or without a query. */
export function isAppletUrl(url: string): boolean {
  return isUnder(url, '/applet');
}

/** The topic of `/event/<topic>`, which begins behind the second slash. Undefined for any other url. */
export function eventTopic(url: string): string | undefined {
  return /^\/?event\/(?<topic>.+)$/su.exec(url)?.groups?.['topic'];
}

/** Whether the query asks for a module of a kind that exists: the only one is `wasm`, also when it names none. */
export function isWasmModule(url: string): boolean {
  const kind = /[?&]type=(?<kind>[^&]*)/u.exec(url)?.groups?.['kind'] ?? '';
  return kind === '' || kind === 'wasm';
}

/** What an installation's query asks for, brought into the limits; the name as it stands there, or the empty string. */
export function installationOf({ url, payload }: RequestPacket): AppletInstallation {
  const query = parseAppletQuery(url);
  return {
    name: query.name ?? '',
    heapBytes: Math.min(Math.max(query.heapBytes ?? DEFAULT_HEAP_BYTES, MIN_HEAP_BYTES), MAX_HEAP_BYTES),
    timers: Math.min(query.timers ?? DEFAULT_TIMERS, MAX_TIMERS),
    // A watchdog of 0 ms would end every app in its first callback.
    watchdogMs: Math.min(query.watchdogMs || DEFAULT_WATCHDOG_MS, MAX_WATCHDOG_MS),
    wasm: payload,
  };
}
