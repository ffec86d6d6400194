/** What can be wrong with a recording. The page `docs/errors.md` says the same; a test keeps them equal. */
export const recordingErrorTable = {
  RECORDING_INVALID: { summary: 'the text is no recording, or one of another version' },
  RECORDING_INCOMPLETE: {
    summary:
      'the recording has not everything: a limit was reached, it could not be written, or it was cut off',
  },
  RECORDING_DIFFERS: { summary: 'the replay came to a call that differs from the recorded one' },
} as const;

export type RecordingErrorCode = keyof typeof recordingErrorTable;

/** The first difference between a recording and what is done with it. */
export interface RecordingDifference {
  /** Number of the recorded call, from 0, over calls and events; that of the end where there was no call any more. */
  readonly index: number;
  /** What was recorded. */
  readonly expected: string;
  /** What was called. */
  readonly got: string;
}

/** Not a HalError: it is told to who records or replays, never to an app. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
  readonly code: RecordingErrorCode;
  /** Of RECORDING_DIFFERS. */
  readonly difference: RecordingDifference | undefined;

  constructor(
    code: RecordingErrorCode,
    message: string,
    options: { readonly difference?: RecordingDifference; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.difference = options.difference;
  }
}
