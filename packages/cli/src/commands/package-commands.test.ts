import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appManifest, idleApp, PackageFolder } from '../package/package-folder.test-support.ts';

const folder = new PackageFolder();
afterAll(() => folder.remove());
/** Virtual time: no threads to wait for. */
const INLINE = ['--execution', 'inline'];
const path = (name: string): string => folder.file(name);
const kanchi = (...words: readonly string[]) => folder.kanchi(...words);

/** The last byte of a package is one of its module. */
function withChangedModule(file: string): Uint8Array {
  const bytes = new Uint8Array(readFileSync(path(file)));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}

beforeAll(async () => {
  folder.write('app/app.json', appManifest({ description: 'lamp of the manifest' }));
  folder.write('app/app.wasm', idleApp);
  folder.write('app/board.json', {
    kanchi: 1,
    name: 'desk',
    lines: { secretlamp: { line: 17, direction: 'output' } },
  });
  for (const words of [
    ['key', 'create', '@my.pem'],
    ['key', 'create', '@theirs'],
    ['key', 'trust', '@my.pub.pem', '--name', 'workshop', '--trusted-keys', '@keys'],
    ['pack', '@app', '--output', '@unsigned.kanchi'],
    ['pack', '@app', '--key', '@my.pem', '--output', '@station-1.0.0.kanchi'],
    ['pack', '@app', '--key', '@theirs', '--output', '@theirs.kanchi'],
  ]) {
    const { status, stderr } = await kanchi(...words);
    if (status !== 0) throw new Error(stderr);
  }
  folder.write('changed.kanchi', withChangedModule('station-1.0.0.kanchi'));
  folder.write('no-app.kanchi', 'hello');
});

describe('a package', () => {
  it('has the manifest and the module, and not the board file', () => {
    const bytes = readFileSync(path('station-1.0.0.kanchi'));
    expect(bytes.includes('lamp of the manifest')).toBe(true);
    expect(bytes.includes(readFileSync(path('app/app.wasm')))).toBe(true);
    expect(bytes.includes('secretlamp')).toBe(false);
  });

  it('is the same for the same folder at another time', async () => {
    const before = readFileSync(path('station-1.0.0.kanchi'));
    utimesSync(path('app/app.json'), 0, 0);
    await kanchi('pack', '@app', '--key', '@my.pem', '--output', '@again.kanchi');
    expect(readFileSync(path('again.kanchi')).equals(before)).toBe(true);
    expect(readdirSync(path('')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('runs, with its file name or another one, and says who signed it', async () => {
    const signed = await kanchi('run', ...INLINE, '@station-1.0.0.kanchi', '--trusted-keys', '@keys');
    expect(signed).toMatchObject({ stderr: '', status: 0 });
    expect(signed.stdout).toMatch(/^ {2}package: signed by "workshop", sha256:[0-9a-f]{64}$/mu);
    writeFileSync(path('renamed.bin'), readFileSync(path('unsigned.kanchi')));
    const unsigned = await kanchi('run', ...INLINE, '@renamed.bin');
    expect(unsigned).toMatchObject({ stderr: '', status: 0 });
    expect(unsigned.stdout).toContain('  package: not signed\n');
  });

  it('runs when a trusted key signed it and a signature is required', async () => {
    const words = ['run', ...INLINE, '@station-1.0.0.kanchi', '--require-signature', '--trusted-keys'];
    expect(await kanchi(...words, '@keys')).toMatchObject({ stderr: '', status: 0 });
    expect(await kanchi(...words, '@my.pub.pem')).toMatchObject({ stderr: '', status: 0 });
  });

  it.each<[string, readonly string[], string, number, readonly string[]]>([
    ['a folder', ['@app', '--require-signature'], 'KANCHI_SIGNATURE_MISSING', 10, ['kanchi pack @app --key']],
    ['a module', ['@app/app.wasm', '--require-signature'], 'KANCHI_SIGNATURE_MISSING', 10, ['kanchi pack']],
    [
      'an unsigned package',
      ['@unsigned.kanchi', '--require-signature', '--trusted-keys', '@keys'],
      'KANCHI_SIGNATURE_MISSING',
      10,
      ['@unsigned.kanchi: not signed', 'kanchi pack <its folder> --key'],
    ],
    [
      'a package of another key',
      ['@theirs.kanchi', '--require-signature', '--trusted-keys', '@keys'],
      'KANCHI_SIGNATURE_UNTRUSTED',
      10,
      [
        'only other keys are trusted here (workshop)',
        'kanchi key trust @theirs.kanchi --name',
        '--trusted-keys @keys',
      ],
    ],
    [
      'a package that was changed',
      ['@changed.kanchi'],
      'KANCHI_PACKAGE_INVALID',
      4,
      ['its module is not the one'],
    ],
    ['text', ['@no-app.kanchi'], 'KANCHI_PACKAGE_INVALID', 4, ['not a package', 'kanchi pack']],
    ['no file', ['@none.kanchi'], 'KANCHI_FILE_NOT_FOUND', 3, ['there is no such file']],
    [
      'keys that are not there',
      ['@theirs.kanchi', '--trusted-keys', '@none'],
      'KANCHI_FILE_NOT_FOUND',
      3,
      ['makes it'],
    ],
    [
      'a package with another manifest',
      ['@theirs.kanchi', '--manifest', '@app/app.json'],
      'KANCHI_USAGE',
      2,
      ['has its manifest inside'],
    ],
  ])('is needed, whole and by a trusted key: %s', async (_, words, code, exitCode, says) => {
    const { stdout, stderr, status } = await kanchi('run', ...words, ...INLINE);
    expect(stderr).toMatch(new RegExp(`^kanchi: ${code}: [^\n]*\n$`, 'u'));
    for (const text of says) expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(status).toBe(exitCode);
  });

  it('is refused for its key before its module is looked at', async () => {
    folder.write('broken/app.json', appManifest());
    folder.write('broken/app.wasm', idleApp);
    await kanchi('pack', '@broken', '--output', '@broken.kanchi');
    const whole = new Uint8Array(readFileSync(path('broken.kanchi')));
    // A package whose module is cut behind its first byte, with hashes that fit: made by hand, as a stranger would.
    const start = 100 + new DataView(whole.buffer).getUint32(24, true);
    const cut = whole.slice(0, start + 1);
    new DataView(cut.buffer).setUint32(64, 1, true);
    cut.set(createHash('sha256').update(cut.subarray(start)).digest(), 68);
    folder.write('cut.kanchi', cut);
    expect((await kanchi('run', ...INLINE, '@cut.kanchi')).stderr).toContain(
      'KANCHI_MODULE_NOT_WASM: @cut.kanchi, its module',
    );
    expect((await kanchi('run', ...INLINE, '@cut.kanchi', '--require-signature')).stderr).toContain(
      'KANCHI_SIGNATURE_MISSING',
    );
  });
});

describe('kanchi pack', () => {
  it('packs nothing that could not run', async () => {
    folder.write('not-built/app.json', appManifest());
    expect((await kanchi('pack', '@not-built')).stderr).toContain('npx kanchi build @not-built');
    folder.write('no-module/app.json', appManifest());
    folder.write('no-module/app.wasm', 'hello');
    expect((await kanchi('pack', '@no-module')).stderr).toContain('KANCHI_MODULE_NOT_WASM');
    const registers = [{ offset: 0, last: 4 * 4096 }];
    folder.write(
      'no-board/app.json',
      appManifest({ permissions: [{ kind: 'mmio', window: 'w', registers }] }),
    );
    folder.write('no-board/app.wasm', idleApp);
    expect((await kanchi('pack', '@no-board', '--output', '@no-board.kanchi')).stderr).toContain(
      'KANCHI_MANIFEST_INVALID: app "station"',
    );
    expect(readdirSync(path(''))).not.toContain('no-board.kanchi');
    expect((await kanchi('pack')).stderr).toContain('pack what?');
    expect((await kanchi('pack', '@app', '--output', '@none/x.kanchi')).stderr).toContain(
      'a folder that exists',
    );
  });

  it('replaces no folder and no device', async () => {
    expect((await kanchi('pack', '@app', '--output', '@keys')).stderr).toContain('is there and no file');
  });

  it('takes no private key that others can read', async () => {
    folder.write('open.pem', readFileSync(path('my.pem')));
    chmodSync(path('open.pem'), 0o640);
    expect((await kanchi('pack', '@app', '--key', '@open.pem')).stderr).toContain(
      'KANCHI_KEY_INVALID: @open.pem: other users can get at this private key (mode 0640); run: chmod 600 @open.pem',
    );
  });
});

describe('kanchi key', () => {
  it('makes a private key that only its owner can read, and overwrites none', async () => {
    expect(statSync(path('my.pem')).mode & 0o777).toBe(0o600);
    const before = readFileSync(path('my.pem'));
    expect(await kanchi('key', 'create', '@my.pem')).toMatchObject({ status: 2 });
    folder.write('half.pub.pem', 'x');
    expect((await kanchi('key', 'create', '@half.pem')).stderr).toContain('never overwritten');
    expect(readFileSync(path('my.pem')).equals(before)).toBe(true);
    expect(readdirSync(path(''))).not.toContain('half.pem');
  });

  it('shows the same fingerprint of both halves and of a package', async () => {
    const shown = await Promise.all(
      ['@my.pem', '@my.pub.pem', '@station-1.0.0.kanchi'].map((file) => kanchi('key', 'show', file)),
    );
    expect(shown[0]?.stdout).toMatch(/^sha256:[0-9a-f]{64}\n-----BEGIN PUBLIC KEY-----\n/u);
    expect(new Set(shown.map(({ stdout }) => stdout)).size).toBe(1);
    expect((await kanchi('key', 'show', '@unsigned.kanchi')).stderr).toContain('KANCHI_SIGNATURE_MISSING');
    expect((await kanchi('key', 'show', '@app/app.json')).stderr).toContain('not a public key in PEM');
  });

  it('trusts a key once, from a file or a package, and lists it', async () => {
    const trust = (file: string, name: string) =>
      kanchi('key', 'trust', file, '--name', name, '--trusted-keys', '@more');
    expect((await trust('@theirs.kanchi', 'them')).stdout).toContain('trusted as "them" from now on');
    expect((await trust('@theirs.pub', 'other')).stdout).toContain('trusted already as "them"');
    expect((await trust('@my.pub.pem', 'them')).stderr).toContain('never overwritten');
    expect((await trust('@my.pem', 'me')).stderr).toContain('this is a private key');
    expect((await trust('@my.pub.pem', '../me')).stderr).toContain('not "../me"');
    expect((await kanchi('key', 'list', '--trusted-keys', '@more')).stdout).toMatch(
      /^them {2}sha256:[0-9a-f]{64}\n$/u,
    );
  });

  it('has no use for a folder that everybody writes to, nor for a file in it that is no key', async () => {
    folder.write('open/a.pem', readFileSync(path('my.pub.pem')));
    chmodSync(path('open'), 0o777);
    expect((await kanchi('key', 'list', '--trusted-keys', '@open')).stderr).toContain('run: chmod o-w @open');
    folder.write('bad/a.pem', 'hello');
    expect((await kanchi('key', 'list', '--trusted-keys', '@bad')).stderr).toContain(
      'KANCHI_KEY_INVALID: @bad/a.pem: not a public key in PEM',
    );
  });
});
