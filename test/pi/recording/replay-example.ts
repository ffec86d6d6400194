import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkoutFolder } from '../checkout.ts';

/** A replay takes no time but that of the app. */
const REPLAY_LIMIT_MS = 100_000;

/** Runs an example on a recording, with the command as a user has it. */
export function replayExample(
  name: string,
  recordingPath: string,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const command = join(checkoutFolder, 'packages/cli/bin/kanchi.js');
  const parameters = ['run', join(checkoutFolder, 'examples', name), '--replay', recordingPath, '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...parameters], {
    encoding: 'utf8',
    timeout: REPLAY_LIMIT_MS,
  });
  return { status, stdout, stderr };
}
