/**
 * Errors of the command itself, beside those of the packages that it composes: exit code for the shell (never 0) and
 * meaning. The page `docs/errors.md` says the same; a test keeps them equal.
 */
export const commandErrorTable = {
  KANCHI_USAGE: { exitCode: 2, summary: 'the command was called in a way that it does not know' },
  KANCHI_BUILD_NOTHING: { exitCode: 3, summary: 'there is no source file to build' },
  KANCHI_BUILD_SETTING: {
    exitCode: 4,
    summary: 'the first line of a source file asks for an unknown build setting',
  },
  KANCHI_NO_READING: {
    exitCode: 8,
    summary: 'kanchi read: the last reading had no value, and its line says why',
  },
  KANCHI_RECORDING: {
    exitCode: 9,
    summary: 'a recording is incomplete or none, or the replay of an app differs from it',
  },
  KANCHI_APP_NOT_INSTALLED: { exitCode: 3, summary: 'no app of this name is installed' },
  KANCHI_APP_STORE: {
    exitCode: 3,
    summary: 'the folder of installed apps cannot be read or written; what is installed stays as it is',
  },
  KANCHI_APP_STORE_FULL: { exitCode: 10, summary: 'a limit of the installed apps would be exceeded' },
  KANCHI_CONSENT_MISSING: { exitCode: 10, summary: 'nobody consented to what the app may do' },
  KANCHI_DOWNGRADE: { exitCode: 10, summary: 'a newer version of the app is installed' },
  KANCHI_KEY_CHANGED: {
    exitCode: 10,
    summary: 'the installed version of the app is signed with another key',
  },
  KANCHI_PERMISSIONS: {
    exitCode: 11,
    summary: 'kanchi permissions: the manifest does not fit the board, or may do more than the other one',
  },
  KANCHI_TOOLCHAIN_MISSING: { exitCode: 6, summary: 'the compiler for guests is not installed' },
} as const;

export type CommandErrorCode = keyof typeof commandErrorTable;

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
