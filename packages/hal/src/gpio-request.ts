import type { EdgeWatchOptions, GpioLineRequest } from './contract/gpio.ts';
import { HalError } from './error.ts';

/** Longest debounce time, microseconds: 32 bits in `struct gpio_v2_line_attribute`. */
const MAX_DEBOUNCE_US = 4_294_967_295;

/** Throws HAL_BAD_ARGUMENT for what the contract does not have, before the kernel is asked. */
export function checkLineRequest(request: GpioLineRequest): void {
  const { offset, direction, drive } = request;
  if (!Number.isInteger(offset) || offset < 0) {
    throw new HalError('HAL_BAD_ARGUMENT', `a line offset is a number from 0, not ${String(offset)}`, {
      details: { field: 'offset' },
    });
  }
  checkChoice('direction', direction, ['input', 'output']);
  checkOptional('bias', request.bias, ['as-is', 'disabled', 'pull-up', 'pull-down']);
  checkOptional('drive', drive, ['push-pull', 'open-drain', 'open-source']);
  checkOptional('initialLevel', request.initialLevel, [0, 1]);
  checkOptional('safeLevel', request.safeLevel, [0, 1]);
  if (direction === 'input' && drive !== undefined && drive !== 'push-pull') {
    // gpio_v2_line_flags_validate in gpiolib-cdev.c refuses it too.
    throw new HalError('HAL_BAD_ARGUMENT', `an input has no drive mode ${drive}`, {
      details: { field: 'drive' },
      errno: 'EINVAL',
    });
  }
}

/** Throws HAL_BAD_ARGUMENT. */
export function checkLevel(level: unknown): void {
  checkChoice('level', level, [0, 1]);
}

/** Throws HAL_BAD_ARGUMENT. */
export function checkWatchOptions({ edges, debounceUs = 0 }: EdgeWatchOptions): void {
  checkChoice('edges', edges, ['rising', 'falling', 'both']);
  if (!Number.isInteger(debounceUs) || debounceUs < 0 || debounceUs > MAX_DEBOUNCE_US) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `debounce is 0 to ${MAX_DEBOUNCE_US} us, not ${String(debounceUs)}`,
      { details: { field: 'debounceUs' } },
    );
  }
}

function checkOptional(field: string, value: unknown, choices: readonly unknown[]): void {
  if (value !== undefined) checkChoice(field, value, choices);
}

function checkChoice(field: string, value: unknown, choices: readonly unknown[]): void {
  if (choices.includes(value)) return;
  throw new HalError('HAL_BAD_ARGUMENT', `${field} is ${choices.join(', ')}, not ${String(value)}`, {
    details: { field },
    errno: 'EINVAL',
  });
}
