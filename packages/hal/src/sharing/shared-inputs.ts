import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import type { Hal } from '../contract/hal.ts';
import { checkLineRequest } from '../gpio-request.ts';
import { checkConsumer } from '../handle-set.ts';
import { SharedInput } from './shared-input.ts';

/**
 * The lines of a backend, of which several consumers may have an input at a time, on one line of the backend: the kernel gives
 * a line to one process once. Outputs keep their one owner.
 *
 * A consumer shares an input when it asks for it as those do that have it: same active level, same bias or bias `as-is`. One
 * that asks otherwise, that asks for an output, or that has it already gets HAL_BUSY with the names of those.
 */
export class SharedInputs {
  readonly #hal: Pick<Hal, 'openGpioLine'>;
  readonly #inputs = new Map<string, SharedInput>();

  /** Does not take over the backend: who made it closes it. */
  constructor(hal: Pick<Hal, 'openGpioLine'>) {
    this.#hal = hal;
  }

  /** As `Hal.openGpioLine`. */
  open(request: GpioLineRequest): GpioLine {
    const key = `${request.chip ?? ''}/${request.offset}`;
    const shared = this.#inputs.get(key);
    if (shared !== undefined) {
      checkConsumer(request.consumer);
      checkLineRequest(request);
      return shared.open(request);
    }
    const line = this.#hal.openGpioLine(request);
    if (line.direction !== 'input') return line;
    const input = new SharedInput(line, request, () => {
      if (this.#inputs.get(key) === input) this.#inputs.delete(key);
    });
    this.#inputs.set(key, input);
    return input.add(request.consumer);
  }
}
