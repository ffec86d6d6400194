import type { CallBudget } from '../app/call-budget.ts';
import type { GuestEnding } from '../guest/guest-ending.ts';
import { GuestTrap } from '../guest/guest-trap.ts';
import type { LoadedModule } from '../guest/load-module.ts';
import type { HostFunction } from '../host-api/host-api.ts';

interface LinkableFunction {
  readonly signature: string;
  readonly call: HostFunction;
  /** False: it looks after the guest's ending and its own count itself (`HostApi.unguarded`). Default true. */
  readonly guarded?: boolean;
  /** False: it works on the guest's memory only, like a function of the guest's own, and does not count as a call. Default true. */
  readonly counted?: boolean;
}

/** One import module as the linker sees it. */
export interface ImportTable {
  readonly module: string;
  /** Undefined when the table has no such name. */
  find(name: string): LinkableFunction | undefined;
  /** Constants, e.g. `global.NaN`. */
  readonly globals?: Readonly<Record<string, number>>;
}

export interface LinkedImports {
  readonly imports: WebAssembly.Imports;
  /** Set when the module imports its memory. */
  readonly memory: WebAssembly.Memory | undefined;
}

/**
 * Builds the import object. An import that no table has, or that has another type there, becomes a stub that traps
 * with its name when it is called: an app may carry imports that it never uses. A value import that nobody provides
 * is left out, which the engine refuses when it links. After the guest has ended every call throws (`GuestEnding`). Each call
 * is counted here, whatever its calling convention, and waits when the app is over its budget (`CallBudget`).
 */
export function linkImports(
  loaded: LoadedModule,
  tables: readonly ImportTable[],
  maximumPages: number,
  { ending, calls }: { readonly ending: GuestEnding; readonly calls: CallBudget },
): LinkedImports {
  // No prototype: an import module named "__proto__" is a name like any other.
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null);
  let memory: WebAssembly.Memory | undefined;
  for (const wanted of WebAssembly.Module.imports(loaded.module)) {
    imports[wanted.module] ??= Object.create(null);
    const target = imports[wanted.module] as Record<string, WebAssembly.ImportValue>;
    const candidates = tables.filter((table) => table.module === wanted.module);
    if (wanted.kind === 'function') {
      const signature = loaded.functionImports.get(`${wanted.module}.${wanted.name}`) ?? '?';
      const resolved = resolve(candidates, wanted.name, signature);
      if (typeof resolved === 'string') {
        const name = shownName(`${wanted.module}.${wanted.name}`);
        target[wanted.name] = () => {
          throw ending.begin(new GuestTrap(name, `failed to call unlinked import function (${resolved})`));
        };
      } else {
        target[wanted.name] = resolved.guarded === false ? resolved.call : guard(resolved, ending, calls);
      }
    } else if (wanted.kind === 'memory' && loaded.importedMemory !== undefined) {
      memory = new WebAssembly.Memory({
        initial: loaded.importedMemory.initialPages,
        maximum: Math.min(loaded.importedMemory.maximumPages ?? maximumPages, maximumPages),
      });
      target[wanted.name] = memory;
    } else if (wanted.kind === 'global') {
      const value = candidates.find(({ globals = {} }) => Object.hasOwn(globals, wanted.name))?.globals?.[
        wanted.name
      ];
      if (value !== undefined) {
        target[wanted.name] = value;
      }
    }
  }
  return { imports, memory };
}

/** Longest name of an import in a message, characters: a module can have names of megabytes. */
const MAX_SHOWN_NAME = 200;

function shownName(name: string): string {
  return name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME)}...` : name;
}

/** The call with a check and its count before, and a note of what it throws. */
function guard(
  { call, signature, counted = true }: LinkableFunction,
  ending: GuestEnding,
  calls: CallBudget,
): HostFunction {
  const parameterCount = signature.indexOf(')') - 1;
  if (parameterCount > 3) {
    return (...parameters) => {
      ending.check();
      if (counted) {
        calls.count();
      }
      try {
        return call(...parameters);
      } catch (error) {
        throw ending.begin(error);
      }
    };
  }
  // Without a list of parameters: most calls are this short, and the list would cost more than the check.
  return (first, second, third) => {
    ending.check();
    if (counted) {
      calls.count();
    }
    try {
      return call(first, second, third);
    } catch (error) {
      throw ending.begin(error);
    }
  };
}

/** The function to link, or why there is none. */
function resolve(
  candidates: readonly ImportTable[],
  name: string,
  signature: string,
): LinkableFunction | string {
  if (candidates.length === 0) {
    return 'this host has no such import module';
  }
  for (const table of candidates) {
    const found = table.find(name);
    if (found !== undefined) {
      return found.signature === signature
        ? found
        : `imported with type ${signature}, the host's is ${found.signature}`;
    }
  }
  return 'this host has no such function';
}
