/**
 * Topics and hosts are the guest's, or those of a file that somebody sent: they must not steer a terminal or forge a
 * second line. The escapes are those of JSON, so that a line to add stays the same.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
