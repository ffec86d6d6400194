import { messageLine } from './printable.ts';

/**
 * Every error code of this package: what it means, and the exit code that the command gives for it (never 0). The page
 * `docs/errors.md` says the same; a test keeps them equal.
 */
export const runtimeErrorTable = {
  KANCHI_FILE_NOT_FOUND: { exitCode: 3, summary: 'a file could not be read' },
  KANCHI_JSON_INVALID: { exitCode: 4, summary: 'a file is not valid JSON' },
  KANCHI_MANIFEST_INVALID: {
    exitCode: 4,
    summary: 'the manifest (app.json) breaks a rule; the message has the path of the field',
  },
  KANCHI_BOARD_INVALID: {
    exitCode: 4,
    summary: 'the board file (board.json) breaks a rule; the message has the path of the field',
  },
  KANCHI_POLICY_INVALID: {
    exitCode: 4,
    summary: 'the policy of this machine (policy.json) breaks a rule; the message has the path of the field',
  },
  KANCHI_LABEL_MISSING: {
    exitCode: 4,
    summary: 'a permission or a command names a label that the board file does not have',
  },
  KANCHI_MODULE_NOT_WASM: { exitCode: 5, summary: 'the file is not a WebAssembly core module' },
  KANCHI_MODULE_INVALID: {
    exitCode: 5,
    summary: 'the module is truncated, malformed, has too many imports or has a part that is not read',
  },
  KANCHI_MODULE_TOO_LARGE: { exitCode: 5, summary: 'the module file is larger than the limit' },
  KANCHI_MODULE_COMPLEX: {
    exitCode: 5,
    summary:
      'the module, or one function of it, has more code than may be compiled; the message has the figure',
  },
  KANCHI_MODULE_MEMORY: {
    exitCode: 5,
    summary:
      'the module wants more memory or table elements than its limit, or a kind of memory that is not supported',
  },
  KANCHI_EXPORT_MISSING: { exitCode: 5, summary: 'the module lacks an export that the host needs' },
  KANCHI_STYLE_AMBIGUOUS: { exitCode: 5, summary: 'the module exports both a main function and on_init' },
  KANCHI_PACKAGE_INVALID: {
    exitCode: 4,
    summary: 'the package is cut off, damaged or of another format, or one cannot be made of this',
  },
  KANCHI_SIGNATURE_INVALID: {
    exitCode: 10,
    summary: 'the signature of the package is not over what is in it; it was changed or damaged',
  },
  KANCHI_SIGNATURE_MISSING: { exitCode: 10, summary: 'a signature is required here, and there is none' },
  KANCHI_SIGNATURE_UNTRUSTED: {
    exitCode: 10,
    summary: 'a signature by a trusted key is required here, and the key is not one of them',
  },
  KANCHI_KEY_INVALID: { exitCode: 4, summary: 'a file does not have the key that it should have' },
  KANCHI_BACKEND_UNAVAILABLE: { exitCode: 6, summary: 'the hardware backend is not available here' },
  KANCHI_DENIED: {
    exitCode: 7,
    summary: 'a call was refused; the message has the line to add (the exit code is for an app that gave 0)',
  },
  KANCHI_INIT_FAILED: { exitCode: 1, summary: 'on_init returned an error' },
  KANCHI_TRAP: {
    exitCode: 70,
    summary: 'the app broke: unreachable, out of bounds, stack overflow, a broken host call',
  },
  KANCHI_TERMINATED: { exitCode: 71, summary: 'the app did not end in time and was ended' },
  KANCHI_CRASH_LOOP: {
    exitCode: 73,
    summary: 'the app failed too often in a short time and is not started again (--restart)',
  },
  KANCHI_THREADS_STUCK: {
    exitCode: 74,
    summary: 'an app is not started, because too many threads of ended apps could not be ended',
  },
  KANCHI_INTERNAL: { exitCode: 72, summary: 'the host failed, which is a fault of Kanchi' },
} as const;

export type RuntimeErrorCode = keyof typeof runtimeErrorTable;

/** The error class of `@kanchi/runtime`. Messages are one printable line: what, where, which rule, what to do. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(messageLine(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
