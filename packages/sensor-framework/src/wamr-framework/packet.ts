import { SensorError } from '../error.ts';
import { MAX_PACKET_BYTES } from './limits.ts';

/** Actions of a request (WAMR request.h). */
export const requestAction = { get: 1, post: 2, put: 3, delete: 4, event: 6 } as const;
/** CoAP codes that the app manager and the router use (WAMR request.h). */
export const responseStatus = {
  created: 65,
  deleted: 66,
  content: 69,
  badRequest: 128,
  notFound: 132,
  internalError: 160,
  serviceUnavailable: 163,
} as const;
/** What the payload is (WAMR shared_utils.h). */
export const payloadFormat = { none: 0, rawBinary: 98, attributeContainer: 99 } as const;

/** Who is not an app (WAMR app manager). */
export const HOST_ID = 0xffff_fffd;

export interface RequestPacket {
  readonly action: number;
  readonly format: number;
  readonly messageId: number;
  readonly sender: number;
  readonly url: string;
  readonly payload: Uint8Array;
}

export interface ResponsePacket {
  readonly status: number;
  readonly format: number;
  readonly messageId: number;
  readonly receiver: number;
  readonly payload: Uint8Array;
}

const VERSION = 1;
const REQUEST_HEAD_BYTES = 18;
const RESPONSE_HEAD_BYTES = 16;
/** Offset of `sender` in a request. */
const SENDER_OFFSET = 8;
const encoder = new TextEncoder();
/** Strict: a url that changes when it is read and written again would not fit where it came from. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** All integers big-endian: u8 version, u8 action, u16 format, u32 message, u32 sender, u16 url bytes, u32 payload bytes. */
export function encodeRequest(request: RequestPacket): Uint8Array {
  const url = encoder.encode(`${request.url}\0`);
  if (url.length > 0xffff || request.url.includes('\0'))
    throw refused('the url is too long or has a zero byte');
  const bytes = sized(REQUEST_HEAD_BYTES + url.length + request.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, request.action);
  view.setUint16(2, request.format);
  view.setUint32(4, request.messageId);
  view.setUint32(SENDER_OFFSET, request.sender);
  view.setUint16(12, url.length);
  view.setUint32(14, request.payload.length);
  bytes.set(url, REQUEST_HEAD_BYTES);
  bytes.set(request.payload, REQUEST_HEAD_BYTES + url.length);
  return bytes;
}

/** Undefined for bytes that are no valid request: version, exact size, terminated url in UTF-8. */
export function decodeRequest(bytes: Uint8Array): RequestPacket | undefined {
  if (bytes.length < REQUEST_HEAD_BYTES || bytes.length > MAX_PACKET_BYTES || bytes[0] !== VERSION)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const urlBytes = view.getUint16(12);
  const payloadBytes = view.getUint32(14);
  if (bytes.length !== REQUEST_HEAD_BYTES + urlBytes + payloadBytes || urlBytes === 0) return undefined;
  const url = bytes.slice(REQUEST_HEAD_BYTES, REQUEST_HEAD_BYTES + urlBytes);
  if (url.at(-1) !== 0) return undefined;
  const urlText = textOf(url.subarray(0, url.indexOf(0)));
  if (urlText === undefined) return undefined;
  return {
    action: view.getUint8(1),
    format: view.getUint16(2),
    messageId: view.getUint32(4),
    sender: view.getUint32(SENDER_OFFSET),
    url: urlText,
    payload: bytes.slice(REQUEST_HEAD_BYTES + urlBytes),
  };
}

/** u8 version, u8 status, u16 format, u32 message, u32 receiver, u32 payload bytes. */
export function encodeResponse(response: ResponsePacket): Uint8Array {
  const bytes = sized(RESPONSE_HEAD_BYTES + response.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, response.status);
  view.setUint16(2, response.format);
  view.setUint32(4, response.messageId);
  view.setUint32(8, response.receiver);
  view.setUint32(12, response.payload.length);
  bytes.set(response.payload, RESPONSE_HEAD_BYTES);
  return bytes;
}

/** Undefined for bytes that are no valid response. */
export function decodeResponse(bytes: Uint8Array): ResponsePacket | undefined {
  if (bytes.length < RESPONSE_HEAD_BYTES || bytes.length > MAX_PACKET_BYTES || bytes[0] !== VERSION)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length !== RESPONSE_HEAD_BYTES + view.getUint32(12)) return undefined;
  return {
    status: view.getUint8(1),
    format: view.getUint16(2),
    messageId: view.getUint32(4),
    receiver: view.getUint32(8),
    payload: bytes.slice(RESPONSE_HEAD_BYTES),
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function sized(byteLength: number): Uint8Array {
  if (byteLength > MAX_PACKET_BYTES) throw refused(`${byteLength} bytes, at most ${MAX_PACKET_BYTES}`);
  return new Uint8Array(byteLength);
}

function refused(why: string): SensorError {
  return new SensorError('SENSOR_BAD_PACKET', `packet: ${why}`);
}
