import { parseArgs } from 'node:util';
import { CommandError } from './error.ts';

/** What each option of a command takes: a text behind it, or nothing. */
type OptionKinds = Readonly<Record<string, 'string' | 'boolean'>>;

type OptionValues<Kinds extends OptionKinds> = {
  readonly [Name in keyof Kinds]?: (Kinds[Name] extends 'string' ? string : boolean) | undefined;
};

/** Words and options of a command; every command takes `--debug`. Throws CommandError KANCHI_USAGE. */
export function parseParameters<const Kinds extends OptionKinds>(
  command: string,
  parameters: readonly string[],
  kinds: Kinds,
): { readonly values: OptionValues<Kinds>; readonly positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries<'string' | 'boolean'>({ ...kinds, debug: 'boolean' }).map(([name, type]) => [
      name,
      { type },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...parameters], allowPositionals: true, options });
    return { values: values as OptionValues<Kinds>, positionals };
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\. To specify.*$/su, '');
    throw new CommandError('KANCHI_USAGE', `kanchi ${command}: ${reason}; run: kanchi help`, {
      cause: error,
    });
  }
}

/** The number behind an option: above 0 and at most `most`. Throws CommandError KANCHI_USAGE. */
export function parsePositive(option: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0) || value > most) {
    throw new CommandError(
      'KANCHI_USAGE',
      `${option} is a number above 0 and at most ${most}, not "${text}"`,
    );
  }
  return value;
}
