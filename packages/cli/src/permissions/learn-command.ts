import { resolve } from 'node:path';
import {
  diffPermissions,
  type Manifest,
  parseManifest,
  permissionDifferencesText,
  RuntimeError,
} from '@kanchi/runtime';
import { type AppFiles, readApp } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { readJsonFile, statOf } from '../input-file.ts';
import { oneLine } from '../one-line.ts';
import { replaceFile } from '../package/atomic-file.ts';
import { shown } from '../shown-path.ts';
import { simulatedLineNames } from '../simulated-line-names.ts';
import { layoutJson } from './json-layout.ts';
import { type LearnedRun, learnOnMock, runOnMock } from './mock-run.ts';

/** `kanchi permissions learn`: the list goes to standard output, what there is to say about it to standard error. */
export async function learnCommand(
  files: AppFiles,
  { seconds, write }: { readonly seconds: number; readonly write: boolean },
  io: ConsoleIo,
): Promise<number> {
  const app = readApp(files, simulatedLineNames);
  const manifestPath = write ? manifestPathOf(files) : undefined;
  const learned = await learnOnMock(app, seconds);
  const manifest = withPermissions(app.manifest, learned);
  io.out(`${layoutJson(learned.permissions)}\n`);
  tellRun(learned, seconds, io);
  const { board, module } = app;
  const again = await runOnMock({ manifest, board, module }, seconds);
  // What deny entries take is refused in both runs.
  if (again.exit.counters.denials > learned.exit.counters.denials) {
    io.error(
      'kanchi: with these permissions the app was refused more than without: it does not do the same in each run\n',
    );
  }
  if (manifestPath !== undefined) {
    writePermissions(manifestPath, learned);
    io.error(
      `kanchi: written to ${shown(manifestPath)}; compared with what it said before:\n${permissionDifferencesText(diffPermissions(app.manifest, manifest))}`,
    );
  }
  return 0;
}

/** Throws RuntimeError KANCHI_MANIFEST_INVALID for more permissions than a manifest can have. */
export function withPermissions(manifest: Manifest, { permissions }: LearnedRun): Manifest {
  const { $schema, kanchi, name, version } = manifest;
  const parsed = parseManifest({ $schema, kanchi, name, version, permissions }, 'what was learned');
  return { ...manifest, permissions: parsed.permissions };
}

/** What there is to know before the list is believed. */
export function tellRun({ exit, denials }: LearnedRun, seconds: number, io: ConsoleIo): void {
  io.error(
    `kanchi: learned from ${seconds} s of virtual time on mock hardware, ${exit.counters.hostCalls} calls; what the app did not do in it is not in the list\n`,
  );
  if (exit.reason !== 'completed' && exit.reason !== 'stopped') {
    io.error(
      `kanchi: the app ${exit.reason}, so that the rest of its run is missing: ${oneLine(exit.message ?? '')}\n`,
    );
  }
  for (const text of denials) io.error(`kanchi: refused while learning: ${text}\n`);
}

function manifestPathOf({ target, manifest }: AppFiles): string {
  if (manifest !== undefined) return resolve(manifest);
  const path = target === undefined ? undefined : resolve(target);
  if (path !== undefined && statOf(path)?.isDirectory() === true) return resolve(path, 'app.json');
  throw new CommandError('KANCHI_USAGE', '--write needs a folder with an app.json, or --manifest <file>');
}

/** Every other field stays as it is; the file is laid out anew. */
function writePermissions(path: string, { permissions }: LearnedRun): void {
  const json = readJsonFile(path);
  if (typeof json !== 'object' || json === null) {
    throw new RuntimeError('KANCHI_MANIFEST_INVALID', `${shown(path)}: must be an object`);
  }
  const text = `${layoutJson({ ...json, permissions })}\n`;
  try {
    replaceFile(path, new TextEncoder().encode(text), { mode: statOf(path)?.mode ?? 0o644 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CommandError('KANCHI_USAGE', `--write: ${shown(path)} cannot be written (${reason})`, {
      cause: error,
    });
  }
}
