import { type LimitName, limitTable, raiseAdvice } from '../app/limits.ts';
import { RuntimeError } from '../error.ts';
import { CodeLimitError } from './code-limits.ts';
import { PAGE_BYTES } from './guest-memory.ts';
import { type LimitedTable, limitModule } from './limit-module.ts';
import { type MemoryLimits, readOutline, type WasmOutline, wasmKind } from './wasm-binary.ts';
import { MalformedError } from './wasm-reader.ts';

/** Most imports of one module; the largest of the examples has about thirty. */
export const MAX_IMPORTS = 1024;

/** How an app runs: the host calls it back, or it has a `main` that waits. */
export type AppStyle = 'callback' | 'main';

/** A compiled module that passed every check that needs no instance. Can be sent to another thread. */
export interface LoadedModule {
  readonly source: string;
  readonly module: WebAssembly.Module;
  readonly style: AppStyle;
  /** The export that starts it: `on_init`, `_start`, `main`, ... */
  readonly entry: string;
  readonly functionImports: ReadonlyMap<string, string>;
  readonly importedMemory: MemoryLimits | undefined;
  /** Those that a limit holds down. */
  readonly tables: readonly LimitedTable[];
}

/** Entry exports in order of preference; WAMR looks names up with a leading `_` too (wamr-abi section 3). */
const callbackEntries = ['on_init', '_on_init'];
const mainEntries = ['_start', 'main', '__main_argc_argv', '__main_void', '_main'];

export type LimitAdvice = (name: LimitName, value: number, needed: number) => string;

const raiseInManifest: LimitAdvice = (name, value, needed) => raiseAdvice(name, value, undefined, needed);

export interface LoadOptions {
  /** The file, for messages. */
  readonly source: string;
  /** The app's `limits.memoryPages`. */
  readonly maximumPages: number;
  /** Its `limits.tableElements`; the default of an app when left out, here and below. */
  readonly maximumTableElements?: number;
  /** Its `limits.moduleBytes`. */
  readonly maximumBytes?: number;
  /** What to do where a limit of `value` is not enough. Default: to raise it in the manifest. */
  readonly advise?: LimitAdvice;
}

/**
 * Compiles a module with its memory and its tables held to their limits.
 *
 * Throws RuntimeError: KANCHI_MODULE_TOO_LARGE, KANCHI_MODULE_NOT_WASM, KANCHI_MODULE_INVALID (truncated, malformed, or
 * of a kind whose limits could not be held), KANCHI_MODULE_COMPLEX (more code than may be compiled), KANCHI_MODULE_MEMORY (wants more memory or table elements than its limit, more than
 * one memory, a 64-bit or shared one), KANCHI_EXPORT_MISSING (or it has a type that the host cannot call),
 * KANCHI_STYLE_AMBIGUOUS. Blocks while compiling.
 */
export function loadModule(bytes: Uint8Array, options: LoadOptions): LoadedModule {
  const {
    source,
    maximumPages,
    maximumTableElements = limitTable.tableElements.fallback,
    maximumBytes = limitTable.moduleBytes.fallback,
    advise = raiseInManifest,
  } = options;
  checkModuleBytes(bytes.length, source, maximumBytes, advise);
  const kind = wasmKind(bytes);
  if (kind === undefined) {
    throw new RuntimeError(
      'KANCHI_MODULE_NOT_WASM',
      `${source}: not a WebAssembly module (it does not begin with the bytes 00 61 73 6d 01 00 00 00); pass the compiled .wasm file (npx kanchi build makes it) or the app's folder`,
    );
  }
  if (kind === 'component') {
    throw new RuntimeError(
      'KANCHI_MODULE_NOT_WASM',
      `${source}: this is a WebAssembly component; Kanchi runs core modules: compile for wasm32-wasip1`,
    );
  }
  const outline = outlineOf(bytes, source);
  checkMemories(outline, source, maximumPages, advise);
  checkTables(outline, source, maximumTableElements, advise);
  const limited = limitModule(bytes, outline, { pages: maximumPages, elements: maximumTableElements });
  const module = compile(limited.bytes, source);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length > MAX_IMPORTS) {
    throw new RuntimeError(
      'KANCHI_MODULE_INVALID',
      `${source}: ${imports.length} imports, at most ${MAX_IMPORTS} are linked`,
    );
  }
  checkSameImports(outline, imports, source);
  const exportNames = new Set(
    WebAssembly.Module.exports(module)
      .filter((entry) => entry.kind === 'function')
      .map((entry) => entry.name),
  );
  const { style, entry } = findEntry(exportNames, source);
  for (const [name, signature] of outline.functionExports) {
    checkCallable(name, signature, entry, source);
  }
  const importedMemory = outline.memories.find((memory) => memory.imported);
  const hasMemory =
    importedMemory !== undefined ||
    WebAssembly.Module.exports(module).some(
      (exported) => exported.kind === 'memory' && exported.name === 'memory',
    );
  if (!hasMemory && imports.some((entry) => entry.kind === 'function')) {
    throw new RuntimeError(
      'KANCHI_EXPORT_MISSING',
      `${source}: exports no "memory", so host calls could not pass data; link with --export-memory (the default of wasm-ld)`,
    );
  }
  return {
    source,
    module,
    style,
    entry,
    functionImports: outline.functionImports,
    importedMemory,
    tables: limited.tables,
  };
}

/** Nothing is compiled of a module that has no outline, not even to have the engine's words for it: that may take minutes. */
function outlineOf(bytes: Uint8Array, source: string): WasmOutline {
  try {
    return readOutline(bytes);
  } catch (error) {
    if (error instanceof CodeLimitError) {
      throw new RuntimeError('KANCHI_MODULE_COMPLEX', `${source}: ${error.message}`, { cause: error });
    }
    if (error instanceof MalformedError) {
      throw new RuntimeError(
        'KANCHI_MODULE_INVALID',
        `${source}: not a WebAssembly module that can be run: ${error.message}; the file may be truncated: build it again, ` +
          'for WebAssembly 2.0 without further proposals',
        { cause: error },
      );
    }
    throw error;
  }
}

/** A second look, with the engine's eyes: were its imports others than those that were checked, none of the checks would hold. */
function checkSameImports(
  outline: WasmOutline,
  imports: readonly WebAssembly.ModuleImportDescriptor[],
  source: string,
): void {
  const isSame =
    imports.length === outline.imports.length &&
    outline.imports.every(({ module, name, kind }, index) => {
      const other = imports[index];
      return other?.module === module && other.name === name && other.kind === kind;
    });
  if (!isSame) {
    throw new RuntimeError(
      'KANCHI_MODULE_INVALID',
      `${source}: the engine sees other imports in it than Kanchi does; build it again, for WebAssembly 2.0 without further proposals`,
    );
  }
}

/** Throws RuntimeError KANCHI_MODULE_TOO_LARGE for a module file that is larger than its limit. Also before it is read. */
export function checkModuleBytes(
  byteLength: number,
  source: string,
  maximumBytes: number,
  advise: LimitAdvice = raiseInManifest,
): void {
  if (byteLength > maximumBytes) {
    throw new RuntimeError(
      'KANCHI_MODULE_TOO_LARGE',
      `${source}: ${byteLength} bytes, its limit is ${maximumBytes}; ` +
        `${advise('moduleBytes', maximumBytes, byteLength)}, or strip it (wasm-ld --strip-all)`,
    );
  }
}

function checkMemories(
  { memories }: WasmOutline,
  source: string,
  maximumPages: number,
  advise: LimitAdvice,
): void {
  if (memories.length > 1) {
    throw new RuntimeError(
      'KANCHI_MODULE_MEMORY',
      `${source}: it has ${memories.length} memories, an app has one; compile it without multiple memories`,
    );
  }
  for (const { initialPages, is64Bit, shared } of memories) {
    if (is64Bit || shared) {
      throw new RuntimeError(
        'KANCHI_MODULE_MEMORY',
        `${source}: ${is64Bit ? '64-bit' : 'shared'} memory is not supported; compile for wasm32 without threads`,
      );
    }
    if (initialPages > maximumPages) {
      throw new RuntimeError(
        'KANCHI_MODULE_MEMORY',
        `${source}: needs ${initialPages} pages of memory (${initialPages * PAGE_BYTES} bytes) at start, ` +
          `its limit is ${maximumPages}; ` +
          `${advise('memoryPages', maximumPages, initialPages)}, or link it with less`,
      );
    }
  }
}

function checkTables(
  { tableElements }: WasmOutline,
  source: string,
  maximumElements: number,
  advise: LimitAdvice,
): void {
  const total = tableElements.reduce((sum, elements) => sum + elements, 0);
  if (total > maximumElements) {
    throw new RuntimeError(
      'KANCHI_MODULE_MEMORY',
      `${source}: its tables have ${total} elements at start, its limit is ${maximumElements}; ` +
        advise('tableElements', maximumElements, total),
    );
  }
}

/** Signatures with which the host can call an export; another would fail when it is called, with the app half started. */
const callbackSignatures: ReadonlyMap<string, readonly string[]> = new Map([
  ['on_init', ['()', '()i']],
  ['on_event', ['(ii)', '(ii)i', '(i)', '(i)i', '()', '()i']],
  ['on_stop', ['()', '()i']],
]);
const initializeSignatures: readonly string[] = ['()'];
const startSignatures: readonly string[] = ['()'];
const mainSignatures: readonly string[] = ['()i', '(ii)i', '()', '(ii)'];

function checkCallable(name: string, signature: string, entry: string, source: string): void {
  const callable =
    name === '_initialize'
      ? initializeSignatures
      : (callbackSignatures.get(name.replace(/^_/u, '')) ??
        (name !== entry ? undefined : name === '_start' ? startSignatures : mainSignatures));
  if (callable !== undefined && !callable.includes(signature)) {
    throw new RuntimeError(
      'KANCHI_EXPORT_MISSING',
      `${source}: exports ${name} with the type ${signature}, the host calls it as ${callable.slice(0, 2).join(' or ')} ` +
        '(i is a 32-bit integer, the result comes last); correct its parameters',
    );
  }
}

function compile(bytes: Uint8Array, source: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^WebAssembly\.Module\(\): /u, '') : String(error);
    throw new RuntimeError(
      'KANCHI_MODULE_INVALID',
      `${source}: not a valid WebAssembly module: ${reason}; the file may be truncated: build it again`,
      { cause: error },
    );
  }
}

function findEntry(names: ReadonlySet<string>, source: string): { style: AppStyle; entry: string } {
  const callback = callbackEntries.find((name) => names.has(name));
  const main = mainEntries.find((name) => names.has(name));
  if (callback !== undefined && main !== undefined) {
    throw new RuntimeError(
      'KANCHI_STYLE_AMBIGUOUS',
      `${source}: exports both ${callback} (callback style) and ${main} (main style); an app has one style: remove one`,
    );
  }
  if (callback !== undefined) {
    return { style: 'callback', entry: callback };
  }
  if (main !== undefined) {
    return { style: 'main', entry: main };
  }
  throw new RuntimeError(
    'KANCHI_EXPORT_MISSING',
    `${source}: exports neither on_init (callback style) nor main or _start (main style); ` +
      'export one of them (in C: KANCHI_EXPORT(on_init), or define main)',
  );
}
