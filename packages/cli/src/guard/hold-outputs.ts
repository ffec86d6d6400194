import { type GpioLine, HalError } from '@kanchi/hal';
import type { HeldOutput, LinuxHal } from '@kanchi/hal/linux';

/**
 * How long an output may be busy, or a PWM channel that was just exported root's, milliseconds: the kernel frees those of a process
 * that died while it takes it apart, and udev gives the files to a group a moment after the export.
 */
export const FREE_LIMIT_MS = 5000;
const RETRY_MS = 5;

export interface HeldLines {
  readonly lines: readonly GpioLine[];
  /** For people: what each output is and does now, or why it was not taken. */
  readonly texts: readonly string[];
}

/**
 * Takes lines whose holder died, each at its safe level from the request on, and leaves PWM channels in their safe state, which needs nobody
 * to hold it. What somebody else has by then is left alone. `wait` resolves after so many milliseconds.
 */
export async function holdOutputs(
  hal: Pick<LinuxHal, 'openGpioLine' | 'settlePwmChannel'>,
  outputs: readonly HeldOutput[],
  consumer: string,
  wait: (ms: number) => Promise<void>,
): Promise<HeldLines> {
  const lines: GpioLine[] = [];
  const texts: string[] = [];
  // Lines first: they are one call each, and a channel may have to be exported and waited for.
  let missing = outputs.toSorted((one, other) => order(one) - order(other));
  for (let passedMs = 0; missing.length > 0; passedMs += RETRY_MS) {
    const busy: HeldOutput[] = [];
    for (const output of missing) {
      try {
        if (output.kind === 'channel') hal.settlePwmChannel(output, consumer);
        else lines.push(hal.openGpioLine(requestOf(output, consumer)));
        texts.push(`${nameOf(output)} ${stateOf(output)}`);
      } catch (error) {
        if (!(error instanceof HalError)) throw error;
        if (mayCome(output, error) && passedMs < FREE_LIMIT_MS) busy.push(output);
        else texts.push(`${nameOf(output)} could not be taken: ${error.message}`);
      }
    }
    missing = busy;
    if (missing.length > 0) await wait(RETRY_MS);
  }
  return { lines, texts };
}

function order({ kind }: HeldOutput): number {
  return kind === 'line' ? 0 : 1;
}

/** Whether it can be another answer a moment later. */
function mayCome({ kind }: HeldOutput, { code }: HalError): boolean {
  return code === 'HAL_BUSY' || (kind === 'channel' && code === 'HAL_PERMISSION');
}

function requestOf(output: Extract<HeldOutput, { kind: 'line' }>, consumer: string) {
  const { kind: _, ...line } = output;
  return { ...line, consumer, direction: 'output', initialLevel: line.safeLevel } as const;
}

function nameOf(output: HeldOutput): string {
  if (output.kind === 'channel') return `PWM ${output.chip} channel ${output.channel}`;
  return `${output.chip === undefined ? '' : `${output.chip} `}line ${output.offset}`;
}

function stateOf(output: HeldOutput): string {
  if (output.kind === 'line') return `is ${output.safeLevel}`;
  const { safeDutyNs, periodNs } = output;
  return safeDutyNs === undefined ? 'is off' : `runs with ${safeDutyNs} of ${periodNs} ns`;
}
