/** Text of a guest, a file or the system without what would make a second line of it or that a terminal obeys. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

/** A stack trace, whose lines can have names in them that a module gives its functions, without what a terminal obeys. */
export function stackText(stack: string): string {
  return stack.split('\n').map(oneLine).join('\n');
}
