/** Text of a guest, a file or the system without what would make a second line of it or that a terminal obeys. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}
