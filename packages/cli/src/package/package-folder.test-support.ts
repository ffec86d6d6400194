import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { keepingIo } from '../console-io.test-support.ts';
import { main } from '../main.ts';

/** `(module (func (export "main") (result i32) i32.const 0))` */
export const idleApp = Uint8Array.from(
  Buffer.from('0061736d010000000105016000017f030201000708010' + '46d61696e00000a0601040041000b', 'hex'),
);

export function appManifest(fields: object = {}): object {
  return {
    kanchi: 1,
    name: 'station',
    version: '1.0.0',
    module: 'app.wasm',
    permissions: [{ kind: 'log' }],
    ...fields,
  };
}

/** A folder of a test, and commands in this process that work in it. */
export class PackageFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'kanchi-package-'));

  /** Path of a file in it. */
  file(name: string): string {
    return join(this.#path, name);
  }

  /** Writes a file: text and bytes as they are, anything else as JSON. */
  write(name: string, content: string | Uint8Array | object): void {
    mkdirSync(dirname(this.file(name)), { recursive: true });
    writeFileSync(
      this.file(name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }

  /** Runs a command; a word that begins with `@` is a file of the folder. What it writes has `@` for the folder. */
  async kanchi(
    ...words: readonly string[]
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const { io, written } = keepingIo();
    const status = await main(this.words(words), io);
    return { status, stdout: this.shown(written.stdout), stderr: this.shown(written.stderr) };
  }

  words(words: readonly string[]): string[] {
    return words.map((word) => (word.startsWith('@') ? this.file(word.slice(1)) : word));
  }

  shown(text: string): string {
    return text.replaceAll(`${this.#path}/`, '@').replaceAll(this.#path, '@');
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}
