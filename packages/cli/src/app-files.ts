import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { GpioLineNames } from '@kanchi/hal';
import {
  type AppPackage,
  type Board,
  capLimits,
  checkModuleBytes,
  type LimitAdvice,
  type LoadedModule,
  limitAdvice,
  loadModule,
  type Manifest,
  type Policy,
  parseBoard,
  parseManifest,
  policyForApp,
  RuntimeError,
  signerText,
} from '@kanchi/runtime';
import { CommandError } from './error.ts';
import { readInputFile, readJsonFile, statOf } from './input-file.ts';
import { AppStore, appStoreFolder } from './package/app-store.ts';
import { readTrustedKeys } from './package/key-files.ts';
import {
  isPackageFile,
  type ReadPackage,
  readPackageFile,
  requireSignature,
} from './package/package-file.ts';
import { readPolicy, requiresSignature } from './policy-file.ts';
import { shown } from './shown-path.ts';

/** Where the files of an app are, as the user named them. */
export interface AppFiles {
  /** A folder, a module or a package; undefined for an installed app. */
  readonly target: string | undefined;
  /** Name of an installed app, where there is no target. */
  readonly app?: string | undefined;
  /** Folder of the installed apps; that of the user when undefined. */
  readonly apps?: string | undefined;
  readonly manifest: string | undefined;
  readonly board: string | undefined;
  /** Undefined: the policy of the machine, where there is one. */
  readonly policy: string | undefined;
  /** Only a package that a trusted key signed will do. */
  readonly requireSignature: boolean;
  /** Folder or file of the keys that are trusted; those of the machine when undefined. */
  readonly trustedKeys: string | undefined;
}

/** An app that can run. */
export interface ReadApp extends AppPackage {
  /** Who signed the package that it came in, for people; undefined when it came in no package. */
  readonly signature?: string;
}

/**
 * Reads manifest, board and module. A folder stands for its app.json, board.json and the module that the manifest
 * names; a package has manifest and module inside. A module without a manifest may only write to its log; without a
 * board nothing is wired.
 *
 * Under a policy, limits are those that it leaves. `lineNames`: where lines by name are looked up (`lineNamesOf`). Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do.
 */
export function readApp(files: AppFiles, lineNames: GpioLineNames): ReadApp {
  const policy = readPolicy(files.policy);
  if (files.target === undefined) {
    const installed = new AppStore(appStoreFolder(files.apps)).read(files.app ?? '');
    return readPackagedApp(installed, undefined, files, policy, lineNames);
  }
  const target = resolve(files.target);
  const isFolder = statOf(target)?.isDirectory() === true;
  if (!isFolder && isPackageFile(target)) {
    return readPackagedApp(readPackageFile(target), dirname(target), files, policy, lineNames);
  }
  const folder = isFolder ? target : dirname(target);
  if (files.requireSignature) throw nothingSigned(target, isFolder, 'here');
  const manifestPath = files.manifest ?? beside(folder, 'app.json', isFolder);
  const asked =
    manifestPath === undefined
      ? bareManifest(target)
      : parseManifest(readJson(manifestPath), shown(manifestPath));
  if (policy !== undefined && requiresSignature(policy, asked.name)) {
    throw nothingSigned(target, isFolder, `by ${policy.source}`);
  }
  const manifest = capLimits(asked, policy);
  const board = readBoardOf(files, folder, lineNames);
  const modulePath = isFolder ? moduleOf(manifest, manifestPath ?? folder) : target;
  const module = readModule(modulePath, folder, { manifest, policy });
  return {
    manifest,
    ...(manifestPath === undefined ? { manifestName: NO_MANIFEST } : {}),
    board,
    ...(policy === undefined ? {} : { policy }),
    module,
  };
}

/** Limits and who holds them down. */
interface LimitSource {
  readonly manifest: Manifest;
  readonly policy: Policy | undefined;
}

function readModule(path: string, folder: string, app: LimitSource): LoadedModule {
  return loadFor(app, readModuleBytes(path, folder, app), shown(path));
}

function adviceFor({ manifest, policy }: LimitSource): LimitAdvice {
  const forApp = policy && policyForApp(policy, manifest.name);
  return (name, value, needed) => limitAdvice(forApp, name, value, { needed });
}

/** Compiles a module under the limits of its manifest. */
function loadFor(app: LimitSource, bytes: Uint8Array, source: string): LoadedModule {
  const { limits } = app.manifest;
  return loadModule(bytes, {
    source,
    maximumPages: limits.memoryPages,
    maximumTableElements: limits.tableElements,
    maximumBytes: limits.moduleBytes,
    advise: adviceFor(app),
  });
}

/** An app in a package: whom it is signed by is decided before its module is compiled. */
function readPackagedApp(
  content: ReadPackage,
  folder: string | undefined,
  files: AppFiles,
  policy: Policy | undefined,
  lineNames: GpioLineNames,
): ReadApp {
  const { source } = content;
  if (files.manifest !== undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--manifest does not go together with ${source}: a package has its manifest inside`,
    );
  }
  const trusted = readTrustedKeys(files.trustedKeys);
  if (files.requireSignature || requiresSignature(policy, content.manifest.name)) {
    requireSignature(content, trusted, files.trustedKeys);
  }
  const manifest = capLimits(content.manifest, policy);
  const board = readBoardOf(files, folder, lineNames);
  const module = loadFor({ manifest, policy }, content.module, `${source}, its module`);
  return {
    manifest,
    manifestName: `the app.json that ${source} was packed from`,
    board,
    ...(policy === undefined ? {} : { policy }),
    module,
    signature: signerText(content.signedBy, trusted),
  };
}

function nothingSigned(path: string, isFolder: boolean, required: string): RuntimeError {
  const folder = isFolder ? shown(path) : '<folder of the app>';
  return new RuntimeError(
    'KANCHI_SIGNATURE_MISSING',
    `${shown(path)}: a ${isFolder ? 'folder' : 'module'} has no signature, and one is required ${required}; pack and sign it: kanchi pack ${folder} --key <private key>, and run the package`,
  );
}

/**
 * The board file that was named, or the one beside the app; an empty board where there is none. `folder` is undefined for an
 * installed app, which has none beside it.
 */
function readBoardOf(
  files: Pick<AppFiles, 'board'>,
  folder: string | undefined,
  lineNames: GpioLineNames,
): Board {
  const path = files.board ?? (folder === undefined ? undefined : beside(folder, 'board.json', false));
  return path === undefined
    ? parseBoard(
        { kanchi: 1, name: 'nothing-wired' },
        folder === undefined
          ? 'the empty board (an installed app has the board that --board names)'
          : 'the empty board (there is no board.json and no --board)',
      )
    : parseBoard(readJson(path), shown(path), lineNames);
}

/** Manifest and module of an app's folder, as files: what goes into a package. Throws RuntimeError. */
export function readAppFolder(target: string): {
  readonly manifest: unknown;
  readonly source: string;
  readonly module: Uint8Array;
} {
  const folder = resolve(target);
  const path = join(folder, 'app.json');
  const json = readJson(path);
  const manifest = parseManifest(json, shown(path));
  const modulePath = moduleOf(manifest, path);
  const app = { manifest, policy: undefined };
  const module = readModuleBytes(modulePath, folder, app);
  // What could not run is not packed.
  loadFor(app, module, shown(modulePath));
  return { manifest: json, source: shown(path), module };
}

/**
 * The board file of a folder, or the file itself. `lineNames`: where lines by name are looked up (`lineNamesOf`). Throws RuntimeError, e.g.
 * KANCHI_FILE_NOT_FOUND with what to do.
 */
export function readBoard(target: string, lineNames: GpioLineNames): Board {
  const path = resolve(target);
  const isFolder = statOf(path)?.isDirectory() === true;
  const file = isFolder ? join(path, 'board.json') : path;
  return parseBoard(readJson(file), shown(file), lineNames);
}

/** The manifest in a file. Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do. */
export function readManifest(file: string): Manifest {
  const path = resolve(file);
  return parseManifest(readJson(path), shown(path));
}

/** The file in the folder, or above it where the folder is the one that `kanchi build` writes to. */
function beside(folder: string, name: string, required: boolean): string | undefined {
  const path = join(folder, name);
  if (required || existsSync(path)) {
    return path;
  }
  const above = join(dirname(folder), name);
  return basename(folder) === 'build' && existsSync(above) ? above : undefined;
}

/** What a refusal calls the manifest of an app that has none. */
export const NO_MANIFEST = 'an app.json that you write and pass with --manifest (docs/manifest.md)';

/** For a module that came without a manifest: it may print, nothing else. */
function bareManifest(target: string): Manifest {
  const name =
    basename(target, extname(target))
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, '-')
      .replace(/^-+|-+$/gu, '') || 'app';
  return parseManifest(
    { kanchi: 1, name, version: '0.0.0', permissions: [{ kind: 'log' }] },
    'no manifest (add --manifest app.json)',
  );
}

function moduleOf(manifest: Manifest, manifestPath: string): string {
  if (manifest.module === undefined) {
    throw new RuntimeError(
      'KANCHI_MANIFEST_INVALID',
      `${shown(manifestPath)}: "module" is missing, so the folder does not say what to run; add "module": "build/${manifest.name}.wasm"`,
    );
  }
  return resolve(dirname(manifestPath), manifest.module);
}

function readJson(path: string): unknown {
  return readJsonFile(path, missingFileHint);
}

function readModuleBytes(path: string, folder: string, app: LimitSource): Uint8Array {
  const { limits } = app.manifest;
  // Before it is read: a file can be larger than memory. What has no size, such as a pipe, is read up to the limit.
  checkModuleBytes(statOf(path)?.size ?? 0, shown(path), limits.moduleBytes, adviceFor(app));
  return readInputFile(path, limits.moduleBytes, () => missingFileHint(path, folder));
}

function missingFileHint(path: string, folder: string): string {
  if (extname(path) === '.wasm' && existsSync(join(folder, 'app.json'))) {
    return `: there is no such file; build it: npx kanchi build ${shown(folder)}`;
  }
  if (basename(path) === 'board.json' && existsSync(folder)) {
    return ': the folder has no board file; name one with --board (docs/board.md)';
  }
  return basename(path) === 'app.json' && existsSync(folder)
    ? ': the folder has no manifest; add an app.json (docs/manifest.md), or name a .wasm file'
    : `: there is no such file; check the path${extname(path) === '' ? `, or for an installed app: --app ${basename(path)}` : ''}`;
}
