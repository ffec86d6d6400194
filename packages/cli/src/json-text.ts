import { RuntimeError } from '@kanchi/runtime';
import { shown } from './shown-path.ts';

/** The value that a JSON file holds. Throws RuntimeError KANCHI_JSON_INVALID, which names the file and the place. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeError(
      'KANCHI_JSON_INVALID',
      `${shown(path)}: not valid JSON (no comments, no comma behind the last entry): ${withLine(reason, text)}`,
      { cause: error },
    );
  }
}

/** Says the line and column of a JSON error; newer engines say them already. */
function withLine(reason: string, text: string): string {
  const position = /at position (\d+)$/u.exec(reason)?.[1];
  if (position === undefined) {
    return reason;
  }
  const before = text.slice(0, Number(position)).split('\n');
  return `${reason} (line ${before.length} column ${(before.at(-1) ?? '').length + 1})`;
}
