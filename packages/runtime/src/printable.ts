/**
 * Topics, hosts, names in modules and texts of system calls are the guest's, or those of a file that somebody sent: they must
 * not steer a terminal or forge a second line. The escapes are those of JSON, so that a line to add stays the same. A text
 * that was made printable stays as it is.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Longest message of an error or an exit, characters: a refusal with a topic of 255 bytes in it twice, each an escape of six. */
const MAX_MESSAGE_LENGTH = 4000;

/** The message as one line that is not endless, whatever names are in it. */
export function messageLine(text: string): string {
  const line = printable(text);
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}...` : line;
}
