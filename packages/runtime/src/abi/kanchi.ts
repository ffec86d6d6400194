import type { AppContext } from '../host-api/app-context.ts';
import type { HostApi } from '../host-api/host-api.ts';
import type { ImportTable } from './link-imports.ts';

/** The `kanchi` calling convention: each host API is one import module, as it stands. */
export function kanchiImports(apis: readonly HostApi[], context: AppContext): ImportTable[] {
  return apis.map((api) => {
    const functions = new Map(Object.entries(api.create(context)));
    const signatures = new Map(Object.entries(api.signatures));
    return {
      module: api.module,
      find: (name) => {
        const call = functions.get(name);
        const signature = signatures.get(name);
        return call === undefined || signature === undefined
          ? undefined
          : { signature, call, guarded: !(api.unguarded ?? []).includes(name) };
      },
    };
  });
}
