import type { GpioLineNames } from '@kanchi/hal';
import { kernelLineNames } from '@kanchi/hal/linux';
import { recordedLineNames } from '@kanchi/hal/record';
import type { BackendName } from './backend.ts';
import { readRecordingFile } from './recording-file.ts';
import { simulatedLineNames } from './simulated-line-names.ts';

/** Lines by name on the hardware that the command is for. */
export function lineNamesOf(backend: BackendName): GpioLineNames {
  return backend === 'linux' ? kernelLineNames : simulatedLineNames;
}

/** As they were when the recording was made: another machine need not have them. Reads the file when there are lines by name. */
export function replayedLineNames(path: string): GpioLineNames {
  return { gpioChipNames: (wanted) => recordedLineNames(readRecordingFile(path)).gpioChipNames(wanted) };
}
