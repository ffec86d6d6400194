/**
 * Topics, hosts, names in modules and texts of system calls are the guest's, or those of a file that somebody sent: they must
 * not steer a terminal or forge a second line. The escapes are those of JSON, so that a line to add stays the same. A text
 * that was made printable stays as it is. Blanks other than the space, what has no shape of its own and marks that pile up can push what is behind
 * them out of sight or look like what Kanchi says.
 */
export function printable(text: string): string {
  return text
    .replace(MARKS, (whole: string, base: string, marks: string) => {
      const kept = base === '' ? 0 : MAX_MARKS;
      const characters = Array.from(marks);
      return characters.length <= kept
        ? whole
        : base + characters.slice(0, kept).join('') + characters.slice(kept).map(escaped).join('');
    })
    .replace(UNSEEN, escaped);
}

/** Marks of one letter: what orthographies need (Vietnamese and Thai two, Hebrew three). */
const MAX_MARKS = 3;
/** A letter or a number, or none, with the marks that are drawn over and under it. */
const MARKS = /(?<base>[\p{L}\p{N}]?)(?<marks>\p{M}+)/gu;
/**
 * Control, format and unassigned characters, half surrogates, blanks that are no space, the empty Braille pattern, and what a display
 * leaves out, such as Hangul fillers (Unicode Character Database, general categories C and Z, Default_Ignorable_Code_Point).
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Z}/gu;

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** Longest message of an error or an exit, characters: a refusal with a topic of 255 bytes in it twice, each an escape of six. */
const MAX_MESSAGE_LENGTH = 4000;

/** The message as one line that is not endless, whatever names are in it. */
export function messageLine(text: string): string {
  const line = printable(text);
  return line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH)}...` : line;
}
