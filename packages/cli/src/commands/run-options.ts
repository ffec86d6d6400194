import { parseArgs } from 'node:util';
import { type RestartMode, restartModes } from '@kanchi/runtime';
import { type BackendName, chooseBackend } from '../backend.ts';
import { CommandError } from '../error.ts';
import { parsePositive } from '../parameters.ts';

export interface RunOptions {
  /** A folder, a module or a package; undefined for an installed app. */
  readonly target: string | undefined;
  /** Name of an installed app, where there is no target. */
  readonly app: string | undefined;
  /** Folder of the installed apps; that of the user when left out. */
  readonly apps: string | undefined;
  readonly manifest: string | undefined;
  readonly board: string | undefined;
  /** Only a package that a trusted key signed is run. */
  readonly requireSignature: boolean;
  /** Folder or file of the keys that are trusted; those of the machine when left out. */
  readonly trustedKeys: string | undefined;
  /** The operator's file; undefined for the one of the machine, where there is one. */
  readonly policy: string | undefined;
  readonly backend: BackendName;
  readonly execution: 'worker' | 'inline';
  readonly seconds: number | undefined;
  readonly quiet: boolean;
  /** When the app is started again after its end. */
  readonly restart: RestartMode;
  /** Whether a process of its own brings outputs to their safe states when this one is killed. */
  readonly guard: boolean;
  readonly trace: string | undefined;
  /** File that everything is recorded to that is done with the hardware. */
  readonly record: string | undefined;
  /** Recording that stands for the hardware. */
  readonly replay: string | undefined;
  /** File that the audit log is appended to. */
  readonly audit: string | undefined;
  readonly appArguments: readonly string[];
}

/** Longest run that can be asked for: a year, so that the number of milliseconds fits a timer after splitting. */
const MAX_SECONDS = 31_536_000;

/** Reads the parameters of `kanchi run`. Throws CommandError KANCHI_USAGE or KANCHI_BACKEND_UNAVAILABLE. */
export function parseRunOptions(parameters: readonly string[]): RunOptions {
  const { values, positionals } = parse(parameters);
  const end = parameters.indexOf('--');
  const appArguments = end < 0 ? [] : parameters.slice(end + 1);
  const targets = positionals.slice(0, positionals.length - appArguments.length);
  const [target, second] = targets;
  if (target !== undefined && values.app !== undefined) {
    throw new CommandError('KANCHI_USAGE', `one app at a time: "${target}" or --app ${values.app}`);
  }
  if ((target === undefined && values.app === undefined) || second !== undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      second === undefined
        ? 'run what? kanchi run <app.wasm, folder or package>, or kanchi run --app <name of an installed app>'
        : `one app at a time, "${second}" is too many; arguments for the app go behind --`,
    );
  }
  checkReplay(values);
  const execution = values.execution ?? (values.replay === undefined ? 'worker' : 'inline');
  if (execution !== 'worker' && execution !== 'inline') {
    throw new CommandError('KANCHI_USAGE', `--execution is worker or inline, not "${execution}"`);
  }
  // Virtual time and real hardware do not go together.
  const backend = execution === 'inline' ? 'mock' : chooseBackend(values.backend);
  if (execution === 'inline' && values.backend === 'linux') {
    throw new CommandError('KANCHI_USAGE', '--execution inline runs on mock hardware only (virtual time)');
  }
  if (values.trace !== undefined && execution !== 'inline') {
    throw new CommandError('KANCHI_USAGE', '--trace needs --execution inline (virtual time)');
  }
  return {
    target,
    app: values.app,
    apps: values.apps,
    manifest: values.manifest,
    board: values.board,
    requireSignature: values['require-signature'] ?? false,
    trustedKeys: values['trusted-keys'],
    policy: values.policy,
    backend,
    execution,
    seconds:
      values.seconds === undefined ? undefined : parsePositive('--seconds', values.seconds, MAX_SECONDS),
    quiet: values.quiet ?? false,
    restart: restartModeOf(values, execution),
    guard: !(values['no-guard'] ?? false),
    trace: values.trace,
    record: values.record,
    replay: values.replay,
    audit: values.audit,
    appArguments,
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        app: { type: 'string' },
        apps: { type: 'string' },
        manifest: { type: 'string' },
        board: { type: 'string' },
        'require-signature': { type: 'boolean' },
        'trusted-keys': { type: 'string' },
        policy: { type: 'string' },
        backend: { type: 'string' },
        execution: { type: 'string' },
        seconds: { type: 'string' },
        quiet: { type: 'boolean' },
        restart: { type: 'string' },
        'no-guard': { type: 'boolean' },
        trace: { type: 'string' },
        record: { type: 'string' },
        replay: { type: 'string' },
        audit: { type: 'string' },
        debug: { type: 'boolean' },
      },
    });
  } catch (error) {
    // `--seconds -1` is two options to Node; to people it is a number that is too small.
    const [, option] =
      /^Option '(--[a-z]+)(?: <value>)?' argument is ambiguous/u.exec(String(Object(error).message)) ?? [];
    if (option !== undefined) {
      const value = parameters[parameters.indexOf(option) + 1];
      throw new CommandError('KANCHI_USAGE', `${option} does not take "${value}"; run: kanchi help`, {
        cause: error,
      });
    }
    // What Node adds about positional arguments is wrong here: they come before the options as well as after.
    const reason = (error instanceof Error ? error.message : String(error)).replace(
      /\. To specify a positional.*$/su,
      '',
    );
    throw new CommandError('KANCHI_USAGE', `${reason}; run: kanchi help`, { cause: error });
  }
}

/** A run in virtual time, and a recording, are of one run of an app. */
function restartModeOf(values: ReturnType<typeof parse>['values'], execution: string): RestartMode {
  const mode = restartModes.find((candidate) => candidate === (values.restart ?? 'never'));
  if (mode === undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--restart is ${restartModes.join(', ')}, not "${values.restart}"`,
    );
  }
  if (mode !== 'never' && (execution === 'inline' || values.record !== undefined)) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--restart ${mode} does not go together with ${execution === 'inline' ? '--execution inline (virtual time)' : '--record'}: it is one run of the app`,
    );
  }
  return mode;
}

/** A recording stands for the hardware, so that nothing else can be said about that. */
function checkReplay(values: ReturnType<typeof parse>['values']): void {
  if (values.replay === undefined) return;
  const other = (['backend', 'record', 'trace'] as const).find((name) => values[name] !== undefined);
  if (other !== undefined || values.execution === 'worker') {
    throw new CommandError(
      'KANCHI_USAGE',
      `--replay does not go together with ${other === undefined ? '--execution worker: it runs in virtual time' : `--${other}`}`,
    );
  }
}
