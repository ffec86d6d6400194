/**
 * Text of what an app prints, as it comes, for a terminal or for lines with a name before them: line feeds and tabs stay, of every other
 * character that a terminal obeys there is U+FFFD. A line may end with a carriage return as well.
 */
export class PrintableOutput {
  readonly #decoder = new TextDecoder();
  /** A carriage return whose line feed may come with the next bytes. */
  #held = '';

  push(bytes: Uint8Array): string {
    const text = this.#held + this.#decoder.decode(bytes, { stream: true });
    this.#held = text.endsWith('\r') ? '\r' : '';
    return text
      .slice(0, text.length - this.#held.length)
      .replaceAll('\r\n', '\n')
      .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
        character === '\n' || character === '\t' ? character : '\ufffd',
      );
  }
}
