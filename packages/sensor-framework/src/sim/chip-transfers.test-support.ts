import type { I2cChip, SpiChip } from '@kanchi/hal/mock';

/** One write transaction. Gives how many of its bytes were acknowledged; -1 when the address was not. */
export function writeTo(chip: I2cChip, ...bytes: readonly number[]): number {
  let count = chip.begin('write') ? 0 : -1;
  for (const byte of count < 0 ? [] : bytes) {
    if (!chip.writeByte(byte)) break;
    count += 1;
  }
  chip.end();
  return count;
}

/** One transaction: these bytes, a repeated start, `count` bytes back. Undefined when an address is not acknowledged. */
export function writeRead(
  chip: I2cChip,
  bytes: readonly number[],
  count: number,
): readonly number[] | undefined {
  let answer: number[] | undefined;
  if (chip.begin('write') && bytes.every((byte) => chip.writeByte(byte)) && chip.begin('read')) {
    answer = Array.from({ length: count }, () => chip.readByte());
  }
  chip.end();
  return answer;
}

/** One read transaction from wherever the chip's pointer is. */
export function readOn(chip: I2cChip, count: number): readonly number[] | undefined {
  const answer = chip.begin('read') ? Array.from({ length: count }, () => chip.readByte()) : undefined;
  chip.end();
  return answer;
}

/** Bytes of one transaction on SPI; gives what the chip sent meanwhile. */
export function exchangeWith(chip: SpiChip, ...bytes: readonly number[]): readonly number[] {
  chip.select();
  const answer = bytes.map((byte) => chip.exchange(byte));
  chip.deselect();
  return answer;
}
