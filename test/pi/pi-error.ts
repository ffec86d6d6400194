/** What can fail while the emulated Pi is built, started or used. */
export type PiErrorCode =
  /** This machine lacks something that cannot be fetched; the message says what, and how to get it. */
  | 'PI_HOST_UNSUITABLE'
  /** A step of building the image failed; the message ends with what its program printed last. */
  | 'PI_BUILD_FAILED'
  /** A file of the payload is not there, or cannot run on arm64. */
  | 'PI_PAYLOAD_REFUSED'
  /** The program under test did not print its end within the time limit. */
  | 'PI_TIMED_OUT'
  /** QEMU ended before the program under test did. */
  | 'PI_QEMU_ENDED'
  /** A QMP command was refused, or QMP is not connected. */
  | 'PI_QMP_FAILED';

/** An expected failure of the emulated Pi. */
export class PiError extends Error {
  readonly code: PiErrorCode;

  constructor(code: PiErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.name = 'PiError';
    this.code = code;
  }
}

const SHOWN_LINES = 40;

/** The end of an output, for a message. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
