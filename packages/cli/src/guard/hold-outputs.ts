import { type GpioLine, type Hal, HalError } from '@kanchi/hal';
import type { HeldOutput } from '@kanchi/hal/linux';

/** How long a line may be busy, milliseconds: the kernel frees those of a process that died while it takes it apart. */
export const FREE_LIMIT_MS = 5000;
const RETRY_MS = 5;

export interface HeldLines {
  readonly lines: readonly GpioLine[];
  /** For people: what each line is and has now, or why it was not taken. */
  readonly texts: readonly string[];
}

/**
 * Takes outputs whose holder died, each at its safe level from the request on. A line that somebody else has by then is left alone.
 * `wait` resolves after so many milliseconds.
 */
export async function holdOutputs(
  hal: Pick<Hal, 'openGpioLine'>,
  outputs: readonly HeldOutput[],
  consumer: string,
  wait: (ms: number) => Promise<void>,
): Promise<HeldLines> {
  const lines: GpioLine[] = [];
  const texts: string[] = [];
  let missing = outputs;
  for (let passedMs = 0; missing.length > 0; passedMs += RETRY_MS) {
    const busy: HeldOutput[] = [];
    for (const output of missing) {
      const name = `${output.chip === undefined ? '' : `${output.chip} `}line ${output.offset}`;
      try {
        lines.push(
          hal.openGpioLine({ ...output, consumer, direction: 'output', initialLevel: output.safeLevel }),
        );
        texts.push(`${name} is ${output.safeLevel}`);
      } catch (error) {
        if (!(error instanceof HalError)) throw error;
        if (error.code === 'HAL_BUSY' && passedMs < FREE_LIMIT_MS) busy.push(output);
        else texts.push(`${name} could not be taken: ${error.message}`);
      }
    }
    missing = busy;
    if (missing.length > 0) await wait(RETRY_MS);
  }
  return { lines, texts };
}
