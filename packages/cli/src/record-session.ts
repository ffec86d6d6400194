import type { Clock, Hal } from '@kanchi/hal';
import { type RecordedLineName, RecordingError, type RecordingHal, recordHal } from '@kanchi/hal/record';
import type { Board } from '@kanchi/runtime';
import { RecordingFileSink } from './recording-file.ts';

/** What came of a recording. */
export interface RecordingOutcome {
  readonly entryCount: number;
  /** Why it is incomplete. */
  readonly fault: string | undefined;
}

/** Records a backend to an open file, for as long as somebody has it. */
export class RecordSession {
  readonly hal: RecordingHal;
  readonly #sink: RecordingFileSink;

  /** `board`: what the app is run with. */
  constructor(hal: Hal, clock: Clock, board: Board, descriptor: number) {
    this.#sink = new RecordingFileSink(descriptor);
    this.hal = recordHal(hal, clock, this.#sink, { lineNames: lineNamesIn(board) });
  }

  /** Writes the end. Whoever opened the file closes it. */
  end(): RecordingOutcome {
    const { entryCount } = this.hal;
    try {
      this.hal.finish();
      this.#sink.flush();
      return { entryCount, fault: undefined };
    } catch (error) {
      if (!(error instanceof RecordingError)) {
        return { entryCount, fault: `the recording could not be written (${String(error)})` };
      }
      this.#flushRest();
      return { entryCount, fault: error.message };
    }
  }

  /** The last line says that the recording is incomplete; where it cannot be written, its absence does. */
  #flushRest(): void {
    try {
      this.#sink.flush();
    } catch {
      // Told already: this is why the recording is incomplete.
    }
  }
}

function lineNamesIn({ lines }: Board): readonly RecordedLineName[] {
  return [...lines.values()].flatMap(({ lineName: name, chip, line: offset }) =>
    name === undefined ? [] : [{ name, chip, offset }],
  );
}
