import { mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { RuntimeError } from '@kanchi/runtime';
import { CommandError } from '../error.ts';
import { statOf } from '../input-file.ts';
import { oneLine } from '../one-line.ts';
import { shown } from '../shown-path.ts';
import { type FileSteps, nodeFileSteps, replaceFile } from './atomic-file.ts';
import { PACKAGE_SUFFIX, type ReadPackage, readPackageFile } from './package-file.ts';

/** Most apps that are installed at a time. */
export const MAX_INSTALLED_APPS = 256;
/** Most bytes of all installed apps together; of one it is MAX_PACKAGE_BYTES. */
export const MAX_INSTALLED_BYTES = 256 * 1024 * 1024;

/** Installed apps of root: there before anybody logs in. */
const MACHINE_APPS = '/var/lib/kanchi/apps';
const PACKAGE_MODE = 0o644;
const FOLDER_MODE = 0o755;

/** What of the surroundings decides where installed apps are. */
export interface StorePlace {
  readonly userId: number | undefined;
  readonly dataHome: string | undefined;
  readonly home: string;
}

/**
 * The folder of installed apps: what `--apps` names; for root those of the machine; for other users
 * kanchi/apps in $XDG_DATA_HOME (XDG Base Directory Specification: ~/.local/share when it is not set or not absolute).
 */
export function appStoreFolder(named: string | undefined, place: StorePlace = thisPlace()): string {
  if (named !== undefined) return resolve(named);
  if (place.userId === 0) return MACHINE_APPS;
  const { dataHome } = place;
  const data =
    dataHome !== undefined && isAbsolute(dataHome) ? dataHome : join(place.home, '.local', 'share');
  return join(data, 'kanchi', 'apps');
}

function thisPlace(): StorePlace {
  return { userId: process.getuid?.(), dataHome: process.env['XDG_DATA_HOME'], home: homedir() };
}

/**
 * Installed apps: a folder with the package of each app as `<name>.kanchi`, and nothing else, so that installing is putting one file in the
 * place of another. A package is checked each time it is read.
 */
export class AppStore {
  readonly folder: string;
  readonly #steps: FileSteps;
  readonly #machineFolder: string;

  /** `machineFolder`: where to look for an app that is not here, to say so. */
  constructor(folder: string, steps: FileSteps = nodeFileSteps, machineFolder = MACHINE_APPS) {
    this.folder = folder;
    this.#steps = steps;
    this.#machineFolder = machineFolder;
  }

  /** Names of the installed apps, in order; whether each can be read is another question. Empty where nothing was ever installed. */
  names(): string[] {
    return this.#files()
      .filter((name) => name.endsWith(PACKAGE_SUFFIX) && !name.startsWith('.'))
      .map((name) => name.slice(0, -PACKAGE_SUFFIX.length))
      .toSorted();
  }

  /** Whether an app of this name is installed; false for what is no name. */
  has(name: string): boolean {
    return this.names().includes(name);
  }

  /** Bytes of the package of an installed app. */
  byteLengthOf(name: string): number {
    return statOf(this.#path(name))?.size ?? 0;
  }

  /**
   * The package of an installed app. Throws CommandError KANCHI_APP_NOT_INSTALLED with the names that there are, and RuntimeError for a package that
   * is damaged or of another name.
   */
  read(name: string): ReadPackage {
    this.#mustHave(name);
    const content = this.#readPackage(name);
    if (content.manifest.name !== name) {
      throw new CommandError(
        'KANCHI_APP_STORE',
        `${content.source}: has the app "${content.manifest.name}" in it, so it was not put there by kanchi install; run: kanchi uninstall ${oneLine(name)}`,
      );
    }
    return content;
  }

  /** What is wrong with an installed package is told with the way out. */
  #readPackage(name: string): ReadPackage {
    try {
      return readPackageFile(this.#path(name));
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      const advice = `to begin anew: kanchi uninstall ${oneLine(name)}, and install it again`;
      throw new RuntimeError(error.code, `${error.message}; ${advice}`, { cause: error });
    }
  }

  /**
   * Installs a package, in the place of `previous` when the app is installed. On the disk when it returns; whenever the process or the
   * machine is cut off, the old package or the new one is there whole.
   *
   * Throws CommandError: KANCHI_APP_STORE, also when somebody else installed the app meanwhile; KANCHI_APP_STORE_FULL.
   */
  install(
    { manifest, bytes }: Pick<ReadPackage, 'manifest' | 'bytes'>,
    previous: ReadPackage | undefined,
  ): void {
    const { name } = manifest;
    this.checkRoom(name, bytes.length);
    this.#tried(() => {
      mkdirSync(this.folder, { recursive: true, mode: FOLDER_MODE });
      replaceFile(this.#path(name), bytes, {
        mode: PACKAGE_MODE,
        steps: this.#steps,
        beforeRename: () => {
          this.#mustBeUnchanged(name, previous);
          // What others are writing at this moment counts too, and they count this one: together they stay below the limit.
          this.#checkLimits(name, 0, 0);
        },
      });
    });
  }

  /** Takes an installed app away. Throws CommandError KANCHI_APP_NOT_INSTALLED, KANCHI_APP_STORE. */
  remove(name: string): void {
    this.#mustHave(name);
    this.#tried(() => {
      this.#steps.remove(this.#path(name));
      this.#steps.syncFolder(this.folder);
    });
  }

  /** Throws CommandError KANCHI_APP_STORE_FULL when a package of this many bytes in the place of the app's is too much. */
  checkRoom(name: string, byteLength: number): void {
    this.#checkLimits(name, 1, byteLength);
  }

  /** `apps` and `bytes` come to what is in the folder, files that are being written among it, without the app's own package. */
  #checkLimits(name: string, apps: number, bytes: number): void {
    const others = this.#files().filter((file) => file !== `${name}${PACKAGE_SUFFIX}`);
    if (others.length + apps > MAX_INSTALLED_APPS) {
      throw full(`${MAX_INSTALLED_APPS} apps are installed, the most that there can be`);
    }
    const used = others.reduce((sum, file) => sum + (statOf(join(this.folder, file))?.size ?? 0), 0);
    if (used + bytes > MAX_INSTALLED_BYTES) {
      throw full(`with this one the installed apps would have more than ${MAX_INSTALLED_BYTES} bytes`);
    }
  }

  #mustHave(name: string): void {
    const names = this.names();
    if (names.includes(name)) return;
    throw new CommandError(
      'KANCHI_APP_NOT_INSTALLED',
      `no app "${oneLine(name)}" in ${shown(this.folder)}; ${names.length === 0 ? 'there is none: kanchi install <package>' : `there is ${names.join(', ')}`}${this.#elsewhere(name)}`,
    );
  }

  /** What root installs is not where other users look. */
  #elsewhere(name: string): string {
    return this.folder !== this.#machineFolder && new AppStore(this.#machineFolder).#hasQuietly(name)
      ? `; it is installed for the machine: --apps ${this.#machineFolder}`
      : '';
  }

  #hasQuietly(name: string): boolean {
    try {
      return this.has(name);
    } catch {
      return false;
    }
  }

  #mustBeUnchanged(name: string, previous: ReadPackage | undefined): void {
    const isSame = this.has(name)
      ? previous !== undefined && Buffer.from(readPackageFile(this.#path(name)).bytes).equals(previous.bytes)
      : previous === undefined;
    if (isSame) return;
    throw new CommandError(
      'KANCHI_APP_STORE',
      `${shown(this.#path(name))}: another process installed or removed the app meanwhile; nothing was changed, try again`,
    );
  }

  #files(): readonly string[] {
    try {
      return readdirSync(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw this.#fault(error);
    }
  }

  #tried(action: () => void): void {
    try {
      action();
    } catch (error) {
      const isOfSystem = error instanceof Error && 'errno' in error;
      throw isOfSystem ? this.#fault(error) : error;
    }
  }

  #fault(error: unknown): CommandError {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const hint = faultHints[code] ?? '';
    return new CommandError('KANCHI_APP_STORE', `${shown(this.folder)}: ${code}${hint}`, { cause: error });
  }

  #path(name: string): string {
    return join(this.folder, `${name}${PACKAGE_SUFFIX}`);
  }
}

const faultHints: Readonly<Record<string, string | undefined>> = {
  EACCES: ': this user may not do that there; run it as root (sudo), or name a folder with --apps',
  EROFS: ': the file system is read-only; name a folder with --apps',
  ENOSPC: ': the disk is full; what was installed is as before',
  ENOTDIR: ': not a folder; name one with --apps',
};

function full(what: string): CommandError {
  return new CommandError(
    'KANCHI_APP_STORE_FULL',
    `${what}; take one away first: kanchi apps, kanchi uninstall <name>`,
  );
}
