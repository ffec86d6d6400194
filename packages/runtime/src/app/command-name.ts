import type { Manifest } from './manifest.ts';

/** `argv[0]` of the app: its module's file name, as a shell would give it. */
export function commandName(manifest: Manifest): string {
  return manifest.module?.split('/').at(-1) ?? `${manifest.name}.wasm`;
}
