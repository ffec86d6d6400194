import { afterEach, describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import { runCommand } from '../support/command.ts';
import { AppFolder, manifest } from './app-folder.ts';

const folders: AppFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** With a name section (custom section "name", its subsection 1) that calls the first function so. */
function named(module: Uint8Array, name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const functionNames = [1, 0, text.length, ...text];
  const content = [4, 0x6e, 0x61, 0x6d, 0x65, 1, functionNames.length, ...functionNames];
  return Uint8Array.from([...module, 0, content.length, ...content]);
}

describe('the names that a module gives its functions', () => {
  it('are in a stack trace without what a terminal obeys', async () => {
    const folder = new AppFolder();
    folders.push(folder);
    const module = assembleModule({
      functions: [{ exports: ['main'], type: '()', body: () => [op.unreachable] }],
    });
    folder.write('app.json', manifest());
    folder.write('app.wasm', named(module, 'evil\u001b[2J\u202e'));
    const { stderr, status } = await runCommand(['run', folder.path, '--backend', 'mock', '--debug'], {
      cwd: folder.path,
    });
    expect(status).toBe(70);
    expect(stderr).toContain('evil [2J ');
    expect(stderr).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
  });
});
