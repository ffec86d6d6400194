import type { AppExit, AppListener } from '@kanchi/runtime';

/** The guest prints nothing and is refused nothing. */
export const failingListener: AppListener = {
  log: ({ text }) => unexpected(text),
  standardOutput: () => unexpected('standard output'),
  standardError: () => unexpected('standard error'),
  denial: (text) => unexpected(text),
};

function unexpected(text: string): never {
  throw new Error(`not expected from the guest: ${text}`);
}

/** Throws when the guest did not run to its end. */
export function checkExit(exit: AppExit): void {
  if (exit.reason !== 'completed' || exit.exitCode !== 0) {
    throw new Error(
      `the guest ended with ${exit.exitCode} (${exit.reason}): ${exit.message ?? 'no message'}`,
    );
  }
}
