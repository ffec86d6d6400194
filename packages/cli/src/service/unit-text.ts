import { CommandError } from '../error.ts';

/** One argument as a unit file has it (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting"). Throws CommandError KANCHI_USAGE. */
export function quotedArgument(text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new CommandError(
      'KANCHI_USAGE',
      `${JSON.stringify(text)} has control characters, which a unit file cannot have in a path`,
    );
  }
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[\w%$./:=@+,-]+$/u.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
