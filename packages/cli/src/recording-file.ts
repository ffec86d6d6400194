import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseRecording, type Recording, RecordingError, type RecordingSink } from '@kanchi/hal/record';
import { CommandError } from './error.ts';
import { shown } from './shown-path.ts';

/** Characters that wait to be written: a write for each line would cost each call some 10 us. */
const BUFFERED_CHARACTERS = 65_536;

/** A file that a recording goes to. Belongs to the process: another thread may write what this one opened and closes. */
export function openRecordingFile(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--record: ${shown(path)} cannot be written (${errnoOf(error)}); name a file in a folder that exists`,
      { cause: error },
    );
  }
}

export function closeRecordingFile(descriptor: number): void {
  closeSync(descriptor);
}

/** Writes lines to an open file. `flush` after the last one; a failure to write is thrown by the call that found it. */
export class RecordingFileSink implements RecordingSink {
  readonly #descriptor: number;
  #waiting = '';

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(line: string): void {
    this.#waiting += line;
    if (this.#waiting.length >= BUFFERED_CHARACTERS) this.flush();
  }

  flush(): void {
    const bytes = new TextEncoder().encode(this.#waiting);
    this.#waiting = '';
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
  }
}

/** Throws CommandError KANCHI_RECORDING for what is no recording, or an incomplete one, KANCHI_USAGE for no file. */
export function readRecordingFile(path: string): Recording {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError('KANCHI_USAGE', `--replay: ${shown(path)} cannot be read (${errnoOf(error)})`, {
      cause: error,
    });
  }
  return tellingRecording(path, () => parseRecording(text));
}

/** Runs `action`; what it says about a recording is told with its file. */
export function tellingRecording<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    throw new CommandError('KANCHI_RECORDING', `${shown(path)}: ${error.message}`, { cause: error });
  }
}

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
