import { CommandError } from '../error.ts';

/**
 * A path as a setting of a unit file has it, also as the program of ExecStart (systemd.syntax(7), "Quoting"; systemd.unit(5),
 * "Specifiers"). Throws CommandError KANCHI_USAGE.
 */
export function quotedPath(text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new CommandError(
      'KANCHI_USAGE',
      `${JSON.stringify(text)} has control characters, which a unit file cannot have in a path`,
    );
  }
  const escaped = text.replaceAll('%', '%%');
  if (/^[\w%$./:=@+,-]+$/u.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** An argument of ExecStart, where alone `$` begins a variable (systemd.service(5), "Command lines"). Throws CommandError KANCHI_USAGE. */
export function quotedArgument(text: string): string {
  return quotedPath(text.replaceAll('$', '$$$$'));
}
