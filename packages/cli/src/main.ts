import { HalError } from '@kanchi/hal';
import { RuntimeError, runtimeErrorTable } from '@kanchi/runtime';
import { SensorError } from '@kanchi/sensor-framework';
import { type ConsoleIo, processIo } from './console-io.ts';
import { CommandError, commandErrorTable } from './error.ts';
import { oneLine, stackText } from './one-line.ts';
import { packageVersion } from './version.ts';

const USAGE = `kanchi ${packageVersion()}: WebAssembly apps that sense and drive hardware, safely

  kanchi run <app.wasm | folder | package> [options] [-- arguments for the app]
      --manifest <file>    what the app may do (default: app.json beside it)
      --board <file>       what is wired and what it is called (default: board.json beside it)
      --app <name>         an installed app, in place of a file; its board is the one that --board names
      --require-signature  only a package that a trusted key signed
      --trusted-keys <dir> those keys: <name>.pem each (default: /etc/kanchi/keys, where there is one)
      --policy <file>      the most that apps may have here (default: /etc/kanchi/policy.json where it is)
      --backend <name>     linux: this machine's hardware (default on a Raspberry Pi); mock: simulated (default elsewhere)
      --execution <kind>   worker (default): own thread, real time; inline: virtual time, for tests
      --seconds <n>        ask the app to stop after n seconds (inline: 10 unless given)
      --restart <when>     never (default), on-failure, always: start the app again after its end (docs/how-to/keep-running.md)
      --no-guard           no process that brings outputs to their safe states when this one is killed (linux)
      --quiet              only what the app prints
      --record <file>      write down all that is done with the hardware, for --replay
      --replay <file>      run on a recording instead of hardware, in virtual time
      --trace <file>       write every bus byte and edge to a file (inline only)
      --audit <file>       append who was refused what, starts, ends and limits to a file (docs/audit.md)
      --debug              stack traces with errors
  kanchi sensors [folder | board.json]
      the board's sensors: channels, units, fastest rate, state, what they say now
  kanchi read <sensor> [folder | board.json]
      --count <n>          so many readings (1)
      --interval <ms>      time between them (1000)
  kanchi watch [sensor]... [--board <folder | board.json>]
      live: value, lately, readings without a value; --interval <ms>, --seconds <n>
  kanchi top <app.wasm | folder> [--seconds <n>]
      runs the app and shows, per sensor and per app: rate, lateness, drops, errors, bus time
  kanchi device [folder | board.json]
      takes apps over TCP by the protocol of WAMR's app manager
      --port <n>           port (8888); --listen <address> (127.0.0.1)
      --manifests <folder> what an app may do: <folder>/<name of the app>.json; --policy, --audit: as in kanchi run
  kanchi doctor
      what of this machine apps can use, and what to do about the rest
  kanchi service <app.wasm | folder | package> [--user <name>] [options of kanchi run that name files]
      prints a systemd unit with the devices that the app's permissions need, and no more
  kanchi scan [folder | board.json] [--bus <n>]
      who answers on an I2C bus (1)
  kanchi pins [folder | board.json] [--model <zero-2-w, 3, 4 or 5>] [--json]
      the header of a Raspberry Pi: what each pin is, what the board file calls it, which bus has it
  kanchi gpio read <line> | write <line> 0|1 | watch <line> | list
  kanchi i2c read <device> [register] [count] | write <device> <bytes...> | transfer <device> [bytes...] --read <n>
  kanchi spi transfer <device> [bytes...] [--read <n>]
      bench work, with labels of the board file and the checks that apps have; a written line ends at its safe level
      --board <folder or file> (here), --manifest <file> (try what its app may do), --json, --seconds <n>, --edges <which>
  kanchi permissions learn <app> [--seconds <n>] [--write]
      runs the app on mock hardware in virtual time, and prints the least permissions that it needs
  kanchi permissions check <app> [--seconds <n>]
      whether the manifest fits the board, what it asks for and does not use, what of it reaches far
  kanchi permissions diff <old> <new> [--json]
      what one manifest, folder or package may do and another may not; exit code 11 when the new one may do more
  kanchi permissions explain <app> [kind, label or number]
      each permission in words: what it is for, what it comes to at worst, how far down it reaches
  kanchi build <file.c, .cpp or .rs, or folder>...
      compile guests: a folder with app.json to the module that it names, a file to build/<file>.wasm
  kanchi pack <folder> [--key <private key>] [--output <file>]
      module and manifest as one file, <name>-<version>.kanchi, signed when a key is named
  kanchi install <package> | apps [--json] | uninstall <name>
      installed apps: shows what the app may do, or what a new version may do more or less, and asks
      --yes                installs without asking
      --allow-downgrade    an older version than the installed one; --allow-key-change: one that another key signed
      --require-signature, --trusted-keys, --policy, --audit: as in kanchi run
      --apps <folder>      where (root: /var/lib/kanchi/apps, others: $XDG_DATA_HOME/kanchi/apps)
  kanchi key create <file> | show <key or package> | trust <key or package> --name <name> | list
      keys that packages are signed with, and those that are trusted; --trusted-keys <dir> (/etc/kanchi/keys)
  kanchi help | version
`;

type Command = (parameters: readonly string[], io: ConsoleIo) => number | Promise<number>;

/** Each is loaded when it is called for: a start of the command takes most of its time to load, seconds on a small processor. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['run', async () => (await import('./commands/run.ts')).runRunCommand],
  ['sensors', async () => (await import('./commands/sensors.ts')).runSensorsCommand],
  ['read', async () => (await import('./commands/read.ts')).runReadCommand],
  ['watch', async () => (await import('./commands/watch.ts')).runWatchCommand],
  ['top', async () => (await import('./commands/top.ts')).runTopCommand],
  ['device', async () => (await import('./commands/device.ts')).runDeviceCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).runDoctorCommand],
  ['service', async () => (await import('./commands/service.ts')).runServiceCommand],
  ['permissions', async () => (await import('./commands/permissions.ts')).runPermissionsCommand],
  ['scan', async () => (await import('./commands/scan.ts')).runScanCommand],
  ['pins', async () => (await import('./commands/pins.ts')).runPinsCommand],
  ['gpio', async () => (await import('./commands/gpio.ts')).runGpioCommand],
  ['i2c', async () => (await import('./commands/i2c.ts')).runI2cCommand],
  ['spi', async () => (await import('./commands/spi.ts')).runSpiCommand],
  ['build', async () => (await import('./guest-build/index.ts')).runBuildCommand],
  ['pack', async () => (await import('./commands/pack.ts')).runPackCommand],
  ['install', async () => (await import('./commands/install.ts')).runInstallCommand],
  ['apps', async () => (await import('./commands/apps.ts')).runAppsCommand],
  ['uninstall', async () => (await import('./commands/apps.ts')).runUninstallCommand],
  ['key', async () => (await import('./commands/key.ts')).runKeyCommand],
]);

/** Runs the command and returns its exit code. Every error is one line with a code; nothing is thrown. */
export async function main(parameters: readonly string[], io: ConsoleIo = processIo()): Promise<number> {
  const [command, ...rest] = parameters;
  const options = rest.slice(0, rest.includes('--') ? rest.indexOf('--') : rest.length);
  if (options.includes('--help') || options.includes('-h')) {
    io.out(USAGE);
    return 0;
  }
  try {
    const load = commands.get(command ?? '');
    if (load !== undefined) {
      const run = await load();
      return await run(rest, io);
    }
    switch (command) {
      case undefined:
      case 'help':
      case '--help':
      case '-h':
        io.out(USAGE);
        return command === undefined ? 2 : 0;
      case 'version':
      case '--version':
        io.out(`${packageVersion()}\n`);
        return 0;
      default:
        throw new CommandError('KANCHI_USAGE', `no command "${command}"; run: kanchi help`);
    }
  } catch (error) {
    return report(error, io, rest.includes('--debug'));
  }
}

function report(error: unknown, io: ConsoleIo, debug: boolean): number {
  const known =
    error instanceof RuntimeError ||
    error instanceof HalError ||
    error instanceof SensorError ||
    error instanceof CommandError;
  const code = known ? error.code : 'KANCHI_INTERNAL';
  const text = error instanceof Error ? error.message : String(error);
  const hint = known ? '' : '; this is a fault of Kanchi: run again with --debug and report it';
  io.error(`kanchi: ${code}: ${oneLine(text.replace(/\s*\n\s*/gu, ' '))}${hint}\n`);
  if (debug && error instanceof Error) {
    io.error(`${stackText(error.stack ?? '')}\n`);
  }
  if (error instanceof CommandError) {
    return commandErrorTable[error.code].exitCode;
  }
  return error instanceof RuntimeError ? runtimeErrorTable[error.code].exitCode : 1;
}
