/**
 * One conversion of an MCP3008. Source: Microchip DS21295, revision D; the section or figure is named at each. Pure.
 */

/** Section 4.2, equation 4-2: a code is 1024 * VIN / VREF. */
export const CODE_COUNT = 1_024;

/**
 * Five bytes: seven leading zeros and the start bit; SGL/DIFF, D2, D1, D0, one clock of sampling, the null bit and B9, B8;
 * B7 to B0; B1 to B8; B9 and zeros. Figure 5-2: with clocks after B0 the part sends the word once more, LSB first, and
 * zeros after that. The second copy is the check that the answer has; B0 is
 * in both, so that one alone is not checked: it is one step.
 */
export const EXCHANGE_BYTES = 5;

/** Section 5.0, table 5-2: the start bit is last in the first byte, then SGL/DIFF = 1 and the channel. */
export function commandOf(channel: number): Uint8Array {
  return Uint8Array.of(0x01, 0x80 | (channel << 4), 0, 0, 0);
}

/**
 * The code, 0 to 1023. `absent` when the null bit, which the part drives low, is high: the line rests high without a part.
 * `damaged` when the two copies of the word differ or what follows them is not 0.
 */
export function parseAnswer(answer: Uint8Array): number | 'absent' | 'damaged' {
  const [, second = 0xff, third = 0xff, fourth = 0xff, fifth = 0xff] = answer;
  if ((second & 0x04) !== 0) return 'absent';
  const code = ((second & 0x03) << 8) | third;
  // 16 bits: B1 to B8, B9, seven zeros.
  const tail = (fourth << 8) | fifth;
  let expected = 0;
  for (let bit = 1; bit <= 9; bit += 1) expected |= ((code >> bit) & 1) << (16 - bit);
  return tail === expected ? code : 'damaged';
}
