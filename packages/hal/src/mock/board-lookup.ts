import { HalError } from '../error.ts';

/** Buses, chip selects, ports and register blocks of a board, of each kind. */
const MAX_BUSES = 256;

/** The first one has no need of its label. */
export function chipWith<Chip extends { readonly label: string }>(
  label: string | undefined,
  chips: readonly Chip[],
  what: string,
): Chip {
  const chip = label === undefined ? chips[0] : chips.find((each) => each.label === label);
  if (chip !== undefined) return chip;
  throw noSuchDevice(
    `${what} ${label}`,
    chips.map((each) => each.label),
  );
}

export function checkChips(what: string, chips: readonly { readonly label: string }[], most: number): void {
  if (chips.length < 1 || chips.length > most) {
    throw new HalError('HAL_BAD_ARGUMENT', `a board has 1 to ${most} ${what}, not ${chips.length}`);
  }
  if (new Set(chips.map(({ label }) => label)).size < chips.length) {
    throw new HalError('HAL_BAD_ARGUMENT', `two ${what} have the same label`);
  }
}

export function checkNumber(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new HalError('HAL_BAD_ARGUMENT', `a ${what} number is a whole number from 0, not ${String(value)}`);
  }
}

export function checkRoom(count: number): void {
  if (count >= MAX_BUSES) {
    throw new HalError('HAL_LIMIT_REACHED', `a board has at most ${MAX_BUSES} of each kind of bus`, {
      details: { limit: 'MAX_BUSES', value: MAX_BUSES },
    });
  }
}

export function noSuchDevice(what: string, known: Iterable<string | number>): HalError {
  const names = [...known];
  const hint = names.length === 0 ? '' : `: there is ${names.join(', ')}`;
  return new HalError('HAL_NO_SUCH_DEVICE', `the mock board has no ${what}${hint}`, { errno: 'ENOENT' });
}
