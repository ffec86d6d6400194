import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type AssembledModule, assembleModule, op } from '../support/assembled.ts';

/** A folder for the files of a test; `remove` takes it away. */
export class AppFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'kanchi-cli-'));

  /** Writes a file: text and bytes as they are, an assembled module as bytes, anything else as JSON. */
  write(name: string, content: string | Uint8Array | object): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A module that exports functions of these names which do nothing. */
export function idleModule(...names: readonly string[]): Uint8Array {
  return assembleModule({
    functions: names.map((name) => ({ exports: [name], type: '()', body: () => [] })),
  });
}

/** A module whose `main` does this. */
export function mainModule(
  body: AssembledModule['functions'][number]['body'],
  imports: NonNullable<AssembledModule['imports']> = [],
): Uint8Array {
  return assembleModule({
    imports,
    functions: [{ exports: ['main'], type: '()i', body: (call) => [...body(call), op.i32(0)] }],
    data: { 16: 'lamp', 32: 'environment' },
  });
}

export function manifest(fields: object = {}): object {
  return {
    kanchi: 1,
    name: 'station',
    version: '1.0.0',
    module: 'app.wasm',
    permissions: [{ kind: 'log' }],
    ...fields,
  };
}

export function board(fields: object = {}): object {
  return { kanchi: 1, name: 'desk', ...fields };
}
