import { commandName } from '../app/command-name.ts';
import type { Manifest } from '../app/manifest.ts';
import type { AppContext } from '../host-api/app-context.ts';
import { mayUseClock, writeStandardStream } from './app-permission.ts';
import type { ImportTable } from './link-imports.ts';
import { createWasi } from './wasi-preview1.ts';
import { WASI_MODULE } from './wasi-preview1-context.ts';
import { wasiSignatures } from './wasi-preview1-signatures.ts';

/** Connects WASI preview 1 to the app: streams are its log grant, time is its clock grant. */
export function wasiImports(context: AppContext, manifest: Manifest): ImportTable {
  const functions = createWasi({
    memory: context.memory,
    arguments: [commandName(manifest), ...manifest.arguments],
    environment: manifest.environment,
    writeStdout: (bytes) => writeStandardStream(context, `${WASI_MODULE}.fd_write`, 'output', bytes),
    writeStderr: (bytes) => writeStandardStream(context, `${WASI_MODULE}.fd_write`, 'error', bytes),
    clock: context.clock,
    mayUseClock: (call, use) => mayUseClock(context, call, use),
    sleepUntil: (deadlineNs) => context.events.sleep(deadlineNs, `${WASI_MODULE}.poll_oneoff`),
    fillRandom: (bytes) => context.fillRandom(bytes),
  });
  return {
    module: WASI_MODULE,
    find: (name) => {
      const call = Object.hasOwn(functions, name) ? functions[name] : undefined;
      const signature = Object.hasOwn(wasiSignatures, name) ? wasiSignatures[name] : undefined;
      return call === undefined || signature === undefined ? undefined : { signature, call };
    },
  };
}
