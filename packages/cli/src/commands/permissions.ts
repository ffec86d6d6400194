import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { parseParameters, parsePositive } from '../parameters.ts';
import { checkCommand } from '../permissions/check-command.ts';
import { diffCommand } from '../permissions/diff-command.ts';
import { explainCommand } from '../permissions/explain-command.ts';
import { learnCommand } from '../permissions/learn-command.ts';
import { DEFAULT_MOCK_SECONDS } from '../permissions/mock-run.ts';

/** Longest virtual time that an app is watched for, seconds: a day. */
const MAX_SECONDS = 86_400;

/** `kanchi permissions learn | check | diff | explain`. Touches no hardware of this machine. */
export async function runPermissionsCommand(parameters: readonly string[], io: ConsoleIo): Promise<number> {
  const { values, positionals } = parseParameters('permissions', parameters, {
    seconds: 'string',
    manifest: 'string',
    board: 'string',
    write: 'boolean',
    json: 'boolean',
  });
  const [action, first, second, third] = positionals;
  const files = (target: string) => ({
    target,
    manifest: values.manifest,
    board: values.board,
    policy: undefined,
    requireSignature: false,
    trustedKeys: undefined,
  });
  const seconds =
    values.seconds === undefined
      ? DEFAULT_MOCK_SECONDS
      : parsePositive('--seconds', values.seconds, MAX_SECONDS);
  const usage = (what: string): CommandError =>
    new CommandError('KANCHI_USAGE', `kanchi permissions ${what}; run: kanchi help`);
  if (third !== undefined) throw usage(`takes one question at a time, "${third}" is too many`);
  const actions = 'learn | check | diff | explain';
  if (action === undefined) throw usage(actions);
  switch (action) {
    case 'learn':
    case 'check':
      if (first === undefined || second !== undefined)
        throw usage(`${action} <app folder, module or package>`);
      return action === 'learn'
        ? await learnCommand(files(first), { seconds, write: values.write === true }, io)
        : await checkCommand(files(first), seconds, io);
    case 'diff':
      if (first === undefined || second === undefined)
        throw usage('diff <old> <new>: manifests, folders or packages');
      return diffCommand(first, second, values.json === true, io);
    case 'explain':
      if (first === undefined) throw usage('explain <manifest, folder or package> [kind, label or number]');
      return explainCommand(first, second, values.json === true, io);
    default:
      throw usage(actions);
  }
}
