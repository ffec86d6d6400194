import type { AppExit, AppListener } from '@kanchi/runtime';

/** Shows what the guest says or is refused; it should be nothing, and refused calls are counted as failures. */
export const showingListener: AppListener = {
  log: ({ text }) => show(text),
  standardOutput: (bytes) => show(new TextDecoder().decode(bytes)),
  standardError: (bytes) => show(new TextDecoder().decode(bytes)),
  denial: (text) => show(text),
};

function show(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Throws when the guest did not run to its end. */
export function checkExit(exit: AppExit): void {
  if (exit.reason !== 'completed' || exit.exitCode !== 0) {
    throw new Error(
      `the guest ended with ${exit.exitCode} (${exit.reason}): ${exit.message ?? 'no message'}`,
    );
  }
}
