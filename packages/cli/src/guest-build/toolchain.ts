import type { Tree } from '@yowasp/clang';
import { CommandError } from '../error.ts';

/** What one run of a tool gave. Files are the whole virtual tree after the run. */
interface ToolResult {
  readonly succeeded: boolean;
  /** What the tool printed, as it printed it. */
  readonly diagnostics: string;
  readonly files: Tree;
}

/** clang and wasm-ld, themselves WebAssembly, on a virtual file tree. */
export interface Toolchain {
  run(tool: 'clang' | 'clang++' | 'wasm-ld', parameters: readonly string[], files: Tree): Promise<ToolResult>;
}

let loading: Promise<Toolchain> | undefined;

/**
 * Loads the compiler, once for the process: the first load takes about a second. Throws CommandError
 * KANCHI_TOOLCHAIN_MISSING when the optional package is not installed.
 */
export function loadToolchain(): Promise<Toolchain> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Toolchain> {
  let clang: typeof import('@yowasp/clang');
  try {
    clang = await import('@yowasp/clang');
  } catch (error) {
    throw new CommandError(
      'KANCHI_TOOLCHAIN_MISSING',
      'the C compiler is an optional package that is not installed; install it: npm install @yowasp/clang@22.0.0-git20542-10',
      { cause: error },
    );
  }
  // Without arguments it only loads its parts; the default would print progress lines.
  await clang.runLLVM(undefined, {}, { fetchProgress: () => {} });
  return {
    run: async (tool, parameters, files) => {
      const decoder = new TextDecoder();
      let diagnostics = '';
      const collect = (bytes: Uint8Array | null): void => {
        diagnostics += bytes === null ? '' : decoder.decode(bytes, { stream: true });
      };
      try {
        const result = await clang.commands[tool]([...parameters], files, {
          stdout: collect,
          stderr: collect,
          decodeASCII: false,
        });
        return { succeeded: true, diagnostics, files: result ?? {} };
      } catch (error) {
        if (error instanceof clang.Exit) {
          return { succeeded: false, diagnostics, files: error.files };
        }
        throw error;
      }
    },
  };
}
