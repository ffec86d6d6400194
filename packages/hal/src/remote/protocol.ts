import type { HalErrorCode, HalErrorDetails } from '../error.ts';
import { HalError, halErrorTable } from '../error.ts';

/** What a client can ask for. The numbers are private to this package: both sides come from one version. */
export const remoteOperation = {
  info: 1,
  openGpioLine: 2,
  openI2cBus: 3,
  openSpiDevice: 4,
  openUartPort: 5,
  openMmioWindow: 6,
  close: 7,
  gpioRead: 8,
  gpioWrite: 9,
  gpioWatch: 10,
  gpioUnwatch: 11,
  i2cTransaction: 12,
  spiTransaction: 13,
  uartRead: 14,
  uartWrite: 15,
  uartFlush: 16,
  uartAvailable: 17,
  uartWatch: 18,
  uartUnwatch: 19,
  mmioRead: 20,
  mmioWrite: 21,
  mmioModify: 22,
  service: 23,
  openPwmChannel: 24,
  pwmState: 25,
  pwmDuty: 26,
  pwmPeriod: 27,
  pwmSwitch: 28,
} as const;

export type RemoteOperation = keyof typeof remoteOperation;

export const responseStatus = { done: 0, failed: 1 } as const;

/** Longest error text that crosses, characters; the rest is cut. */
const MAX_ERROR_TEXT = 400;
/** Most details of an error that cross, and the longest text of one, characters. */
const MAX_ERROR_DETAILS = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Throws SyntaxError for what is no JSON. */
export function decodeJson(bytes: Uint8Array): unknown {
  // A copy: text decoders refuse shared memory.
  return JSON.parse(decoder.decode(bytes.slice()));
}

/** An error as bytes, at most `maxBytes`. Anything that is no HalError becomes HAL_OTHER. */
export function encodeError(error: unknown, maxBytes: number): Uint8Array {
  const known = error instanceof HalError;
  const whole = {
    code: known ? error.code : 'HAL_OTHER',
    message: cut(error instanceof Error ? error.message : String(error), MAX_ERROR_TEXT),
    errno: known ? error.errno : undefined,
  };
  const details = known ? Object.entries(error.details).slice(0, MAX_ERROR_DETAILS) : [];
  const bytes = encodeJson({ ...whole, details: Object.fromEntries(details) });
  if (bytes.length <= maxBytes) return bytes;
  return encodeJson({ ...whole, message: cut(whole.message, 100), errno: undefined });
}

/** Never throws: an answer that cannot be read is HAL_OTHER. */
export function decodeError(bytes: Uint8Array): HalError {
  let parsed: unknown;
  try {
    parsed = decodeJson(bytes);
  } catch (cause) {
    return new HalError('HAL_OTHER', 'the hardware broker sent an error that cannot be read', { cause });
  }
  const fields = isRecord(parsed) ? parsed : {};
  const { code, message, errno } = fields;
  return new HalError(isHalErrorCode(code) ? code : 'HAL_OTHER', String(message), {
    details: detailsOf(fields['details']),
    ...(typeof errno === 'string' ? { errno } : {}),
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHalErrorCode(code: unknown): code is HalErrorCode {
  return typeof code === 'string' && Object.hasOwn(halErrorTable, code);
}

function detailsOf(value: unknown): HalErrorDetails {
  const details: Record<string, string | number | boolean> = {};
  if (!isRecord(value)) return details;
  for (const [field, detail] of Object.entries(value)) {
    if (typeof detail === 'string' || typeof detail === 'number' || typeof detail === 'boolean') {
      details[field] = detail;
    }
  }
  return details;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
