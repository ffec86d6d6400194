import { SensorError } from '../error.ts';

/** Registers that a driver wants: `first` and the ones after it. 8-bit register addresses, one byte each. */
export interface RegisterRead {
  /** 0 to 255. */
  readonly first: number;
  /** 1 to 256; the range ends at register 255 at the latest. */
  readonly count: number;
}

export interface RegisterReadOptions {
  /**
   * Registers between two ranges that are read along rather than starting a new transaction, 0 to 255. Default
   * DEFAULT_MERGE_GAP. 0 for parts where reading a register has an effect.
   */
  readonly mergeGap?: number;
}

const REGISTER_COUNT = 256;

/** Ranges in one plan: more than there are registers cannot be meant. */
export const MAX_REGISTER_READS = 256;

/**
 * UM10204 section 3.1: a combined transaction is start (1 bit), address and write (9), register (9), repeated start (1),
 * address and read (9), 9 for each byte, stop (1): 30 bits and 9 a byte. Three bytes that nobody wants cost 27 bits, less
 * than the 30 of another transaction; four cost 36.
 */
export const DEFAULT_MERGE_GAP = 3;

/**
 * The fewest transactions that read all the ranges, in rising order: ranges that overlap, touch or are at most `mergeGap`
 * registers apart become one. Pure. Throws SENSOR_BAD_DESCRIPTION for a range outside the 256 registers, for more than
 * MAX_REGISTER_READS ranges and for a bad gap.
 */
export function planRegisterReads(
  reads: readonly RegisterRead[],
  options: RegisterReadOptions = {},
): RegisterRead[] {
  const mergeGap = options.mergeGap ?? DEFAULT_MERGE_GAP;
  if (!isWhole(mergeGap, 0, REGISTER_COUNT - 1)) refuse('mergeGap', `${String(mergeGap)} is not 0 to 255`);
  if (reads.length > MAX_REGISTER_READS) {
    refuse('reads', `${reads.length} ranges are more than ${MAX_REGISTER_READS}`);
  }
  for (const read of reads) checkRange(read);
  const plan: { first: number; end: number }[] = [];
  for (const { first, count } of [...reads].sort((a, b) => a.first - b.first)) {
    const last = plan.at(-1);
    if (last !== undefined && first - last.end <= mergeGap) last.end = Math.max(last.end, first + count);
    else plan.push({ first, end: first + count });
  }
  return plan.map(({ first, end }) => ({ first, count: end - first }));
}

function checkRange({ first, count }: RegisterRead): void {
  if (!isWhole(first, 0, REGISTER_COUNT - 1) || !isWhole(count, 1, REGISTER_COUNT - first)) {
    refuse(
      'reads',
      `${String(count)} registers from ${String(first)} are not within the ${REGISTER_COUNT} that there are`,
    );
  }
}

function isWhole(value: number, minimum: number, maximum: number): boolean {
  return Number.isInteger(value) && value >= minimum && value <= maximum;
}

function refuse(field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_DESCRIPTION', `${field}: ${why}`, { field });
}
