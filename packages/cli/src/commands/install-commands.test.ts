import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepingIo } from '../console-io.test-support.ts';
import type { Ask } from '../package/consent.ts';
import { appManifest, idleApp, PackageFolder } from '../package/package-folder.test-support.ts';
import { runInstallCommand } from './install.ts';

const folder = new PackageFolder();
afterAll(() => folder.remove());

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

let cases = 0;
/** A new folder of installed apps for each test. */
let apps = '';
beforeEach(() => {
  cases += 1;
  apps = `@apps${cases}`;
});

/** A command in this process, without a terminal. */
const kanchi = (...words: readonly string[]) => folder.kanchi(...words, '--apps', apps);
const install = (...words: readonly string[]) => kanchi('install', ...words);

/** `kanchi install` at a terminal at which somebody types this answer. */
async function installAt(answer: string | undefined, ...words: readonly string[]) {
  const questions: string[] = [];
  const ask: Ask = async (question) => {
    questions.push(question);
    return answer;
  };
  const { io, written } = keepingIo();
  const parameters = folder.words([...words, '--apps', apps]);
  const outcome = await runInstallCommand(parameters, io, ask).catch(
    (error: unknown) => `${(error as { code?: string }).code}`,
  );
  return { outcome, questions, stdout: folder.shown(written.stdout) };
}

const led = (...actions: readonly string[]) => ({ kind: 'gpio', line: 'led', actions });
const log = { kind: 'log' };
const chip = { kind: 'i2c', device: 'sensor', actions: ['read', 'write'] };
const uplink = { kind: 'connection', protocol: 'tcp', host: 'example.org', port: 1883 };

beforeAll(async () => {
  const versions: readonly [string, object, string | undefined][] = [
    [
      'one',
      { version: '1.0.0', permissions: [led('write'), log], description: 'A lamp.\u001b[2J' },
      'my.pem',
    ],
    ['two', { version: '1.1.0', permissions: [led('write', 'watch')] }, 'my.pem'],
    ['same', { version: '1.2.0', permissions: [log, led('write')] }, 'my.pem'],
    ['none', { name: 'none', permissions: [] }, undefined],
    ['wide', { name: 'wide', version: '1.0.0', permissions: [led('write'), chip] }, undefined],
    ['wider', { name: 'wide', version: '1.1.0', permissions: [chip, led('write'), uplink] }, undefined],
    [
      'held',
      { name: 'held', version: '1.0.0', permissions: [chip], deny: [{ ...chip, actions: ['write'] }] },
      undefined,
    ],
    ['let-go', { name: 'held', version: '1.1.0', permissions: [chip] }, undefined],
    [
      'turned',
      { name: 'held', version: '1.2.0', permissions: [{ ...chip, actions: ['write', 'read'] }] },
      undefined,
    ],
    ['unsigned', { version: '2.0.0', permissions: [log] }, undefined],
    ['theirs', { version: '2.0.0', permissions: [log] }, 'their.pem'],
  ];
  await folder.kanchi('key', 'create', '@my.pem');
  await folder.kanchi('key', 'create', '@their.pem');
  await folder.kanchi('key', 'trust', '@my.pub.pem', '--name', 'workshop', '--trusted-keys', '@keys');
  for (const [name, fields, key] of versions) {
    folder.write(`${name}/app.json`, appManifest({ name: 'lamp', ...fields }));
    folder.write(`${name}/app.wasm`, idleApp);
    await folder.kanchi(
      'pack',
      `@${name}`,
      '--output',
      `@${name}.kanchi`,
      ...(key === undefined ? [] : ['--key', `@${key}`]),
    );
  }
});

describe('kanchi install', () => {
  it('shows what a new app may do, and installs it when somebody says y', async () => {
    const { outcome, questions, stdout } = await installAt('y', '@one.kanchi', '--trusted-keys', '@keys');
    expect(stdout.replace(/[0-9a-f]{64}/u, '...')).toBe(
      'kanchi: lamp 1.0.0, signed by "workshop", sha256:...\n' +
        '  A lamp. [2J\n' +
        'It may, and nothing else:\n' +
        '  + drive line "led"\n' +
        '  + print up to 65536 bytes a second\n' +
        'kanchi: lamp 1.0.0 installed; run it: kanchi run --app lamp --board <board.json>\n',
    );
    expect(questions).toEqual(['Install it? [y/N] ']);
    expect(outcome).toBe(0);
    expect((await kanchi('apps')).stdout).toMatch(
      /^lamp {2}1\.0\.0 {2}\d+ bytes {2}signed by a key that is not/u,
    );
  });

  it.each(['', 'n', 'no', 'ye', 'yy', 'j', 'y n'])(
    'installs nothing when somebody says "%s"',
    async (answer) => {
      expect((await installAt(answer, '@one.kanchi')).outcome).toBe('KANCHI_CONSENT_MISSING');
      expect((await kanchi('apps')).stdout).toContain('nothing is installed');
    },
  );

  it.each(['Y', 'yes', ' y '])('installs when somebody says "%s"', async (answer) => {
    expect((await installAt(answer, '@one.kanchi')).outcome).toBe(0);
  });

  it('installs nothing where nobody can be asked, and says the command that does', async () => {
    const { status, stdout, stderr } = await install('@one.kanchi');
    expect(stdout).toContain('+ drive line "led"');
    expect(stderr).toMatch(
      /^kanchi: KANCHI_CONSENT_MISSING: nothing was installed: there is no terminal .*: kanchi install @one\.kanchi --apps @apps\d+ --yes\n$/u,
    );
    expect(status).toBe(10);
    expect((await kanchi('apps')).stdout).toContain('nothing is installed');
    expect(await install('@one.kanchi', '--yes')).toMatchObject({ stderr: '', status: 0 });
  });

  it('shows of a new version what it may do more and less', async () => {
    await install('@one.kanchi', '--yes');
    const { stdout } = await installAt('y', '@two.kanchi');
    expect(stdout).toContain('kanchi: lamp 1.0.0 -> 1.1.0, signed by ');
    expect(stdout).toContain(
      'It may now, and might not before:\n  + watch line "led" for edges\nIt may not any more:\n  - print up to 65536 bytes a second\nkanchi: lamp 1.1.0 installed',
    );
    expect(stdout).toContain('what is running goes on as the old version');
  });

  it('says when a new version may do the same, and asks all the same', async () => {
    await install('@one.kanchi', '--yes');
    const { stdout, questions } = await installAt('y', '@same.kanchi');
    expect(stdout).toContain('\nIt may do the same as before.\n');
    expect(questions).toHaveLength(1);
    const again = await installAt('y', '@same.kanchi');
    expect(again.stdout).toBe('kanchi: lamp 1.2.0 is installed already, this very package\n');
    expect(again.questions).toEqual([]);
    expect((await install('@none.kanchi', '--yes')).stdout).toContain('It may do nothing but compute.\n');
  });

  it('asks for a second look at what is wider than most, with what it comes to at worst, and once', async () => {
    const chipLine =
      '  ! i2c: It may write anything to "sensor", also settings that damage or lock the chip; name the registers. At worst: ' +
      'It sets anything in the chip to any value, which stays when it ends: the host knows no safe state of a chip.\n';
    const { stdout } = await installAt('y', '@wide.kanchi');
    expect(stdout).toContain(`\nLook twice:\n${chipLine}kanchi: wide 1.0.0 installed`);
    const wider = await installAt('y', '@wider.kanchi');
    expect(wider.stdout).toContain(
      '\nLook twice:\n  ! connection: What the app reads can leave the machine, to "example.org". At worst: ' +
        'It sends out all that it knows, and does what the far end tells it.\nkanchi: wide 1.1.0 installed',
    );
  });

  it('asks for that also where a deny entry went, and not where nothing was gained', async () => {
    const held = await installAt('y', '@held.kanchi');
    expect(held.stdout).toMatch(/^ {2}! i2c: It may write .* Deny entries may take some of that back\.$/mu);
    const letGo = await installAt('y', '@let-go.kanchi');
    expect(letGo.stdout).toMatch(
      /might not before:\n {2}\+ write .*\nLook twice:\n {2}! i2c: .* safe state of a chip\.\n/u,
    );
    const turned = await installAt('y', '@turned.kanchi');
    expect(turned.stdout).toContain('\nIt may do the same as before.\nkanchi: held 1.2.0 installed');
  });

  it('takes no older version unless that is allowed', async () => {
    await install('@two.kanchi', '--yes');
    const { status, stderr } = await install('@one.kanchi', '--yes');
    expect(stderr).toMatch(
      /^kanchi: KANCHI_DOWNGRADE: @one\.kanchi: version 1\.0\.0 of "lamp" is older than 1\.1\.0, .*--allow-downgrade\n$/u,
    );
    expect(status).toBe(10);
    expect((await install('@one.kanchi', '--yes', '--allow-downgrade')).stdout).toContain(
      'lamp 1.1.0 -> 1.0.0',
    );
    expect((await kanchi('apps')).stdout).toContain('lamp  1.0.0');
  });

  it.each<[string, string]>([
    ['theirs', 'this package is signed by a key that is not trusted here, sha256:'],
    ['unsigned', 'this package is not signed'],
  ])('takes no other key unless that is allowed: %s', async (name, says) => {
    await install('@one.kanchi', '--yes');
    const { status, stderr } = await install(`@${name}.kanchi`, '--yes', '--trusted-keys', '@keys');
    expect(stderr).toMatch(
      /^kanchi: KANCHI_KEY_CHANGED: @\w+\.kanchi: the installed lamp 1\.0\.0 is signed by "workshop", /u,
    );
    expect(stderr).toContain(says);
    expect(stderr).toContain('--allow-key-change\n');
    expect(status).toBe(10);
    expect((await kanchi('apps')).stdout).toContain('lamp  1.0.0');
    expect((await install(`@${name}.kanchi`, '--yes', '--allow-key-change')).status).toBe(0);
  });

  it('takes a signed version in the place of an unsigned one', async () => {
    await install('@unsigned.kanchi', '--yes');
    expect((await install('@theirs.kanchi', '--yes')).status).toBe(0);
  });

  it('takes only what a trusted key signed, where that is required', async () => {
    for (const [name, code] of [
      ['unsigned', 'KANCHI_SIGNATURE_MISSING'],
      ['theirs', 'KANCHI_SIGNATURE_UNTRUSTED'],
    ]) {
      const { stderr } = await install(
        `@${name}.kanchi`,
        '--yes',
        '--require-signature',
        '--trusted-keys',
        '@keys',
      );
      expect(stderr).toContain(`kanchi: ${code}: `);
    }
    const { status } = await install(
      '@one.kanchi',
      '--yes',
      '--require-signature',
      '--trusted-keys',
      '@keys',
    );
    expect(status).toBe(0);
  });

  it('takes only what a trusted key signed, where the policy says so for the app', async () => {
    folder.write('policy.json', { kanchi: 1, apps: { lamp: { requireSignature: true } } });
    const words = ['--yes', '--policy', '@policy.json', '--trusted-keys', '@keys'];
    expect((await install('@unsigned.kanchi', ...words)).stderr).toContain('KANCHI_SIGNATURE_MISSING');
    expect((await install('@theirs.kanchi', ...words)).stderr).toContain('KANCHI_SIGNATURE_UNTRUSTED');
    expect((await install('@none.kanchi', ...words)).status).toBe(0);
    expect((await install('@one.kanchi', ...words)).status).toBe(0);
  });

  it('writes into the audit log what was installed and removed', async () => {
    await install('@one.kanchi', '--yes', '--audit', '@audit.jsonl', '--trusted-keys', '@keys');
    await install('@two.kanchi', '--yes', '--audit', '@audit.jsonl', '--trusted-keys', '@keys');
    await kanchi('uninstall', 'lamp', '--audit', '@audit.jsonl');
    const entries = readFileSync(folder.file('audit.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(entries).toMatchObject([
      {
        kind: 'installed',
        app: 'lamp',
        version: '1.0.0',
        signer: 'workshop',
        gained: ['drive line "led"', 'print up to 65536 bytes a second'],
      },
      {
        kind: 'installed',
        version: '1.1.0',
        previousVersion: '1.0.0',
        gained: ['watch line "led" for edges'],
      },
      { kind: 'removed', app: 'lamp', version: '1.1.0' },
    ]);
  });

  it('says what it takes', async () => {
    expect((await install()).stderr).toContain('install what?');
    expect((await install('@one.kanchi', '@two.kanchi')).stderr).toContain('one package at a time');
    expect((await install('@one')).stderr).toContain('KANCHI_FILE_NOT_FOUND: @one: cannot be read (EISDIR)');
    expect((await install('@one/app.json')).stderr).toContain('KANCHI_PACKAGE_INVALID');
  });
});

describe('an installed app', () => {
  const board = { kanchi: 1, name: 'desk', lines: { led: { line: 17, direction: 'output' } } };
  const run = (...words: readonly string[]) => kanchi('run', '--execution', 'inline', ...words);

  it('runs by its name, on the board that is named', async () => {
    folder.write('board.json', board);
    await install('@one.kanchi', '--yes');
    const { status, stdout, stderr } = await run(
      '--app',
      'lamp',
      '--board',
      '@board.json',
      '--trusted-keys',
      '@keys',
      '--require-signature',
    );
    expect(stderr).toBe('');
    expect(stdout).toContain('kanchi: lamp 1.0.0 on mock hardware');
    expect(stdout).toContain('  package: signed by "workshop", sha256:');
    expect(status).toBe(0);
  });

  it('has no board beside it', async () => {
    await install('@one.kanchi', '--yes');
    folder.write(`${apps.slice(1)}/board.json`, board);
    expect((await run('--app', 'lamp')).stderr).toContain(
      'an installed app has the board that --board names',
    );
  });

  it('is refused like any package for its signature, and is checked again before each run', async () => {
    folder.write('board.json', board);
    await install('@unsigned.kanchi', '--yes');
    const words = ['--app', 'lamp', '--board', '@board.json'];
    expect((await run(...words, '--require-signature')).stderr).toContain('KANCHI_SIGNATURE_MISSING');
    folder.write('strict.json', { kanchi: 1, apps: { '*': { requireSignature: true } } });
    expect((await run(...words, '--policy', '@strict.json')).stderr).toContain('KANCHI_SIGNATURE_MISSING');
    const file = folder.file(`${apps.slice(1)}/lamp.kanchi`);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = 0;
    writeFileSync(file, bytes);
    expect((await run(...words)).stderr).toMatch(
      /KANCHI_PACKAGE_INVALID: .*; to begin anew: kanchi uninstall lamp, and install it again\n$/u,
    );
    const { status, stdout } = await kanchi('apps');
    expect(stdout).toMatch(/^lamp {2}\? {2}\d+ bytes {2}KANCHI_PACKAGE_INVALID: /u);
    expect(status).toBe(3);
    expect((await install('@one.kanchi', '--yes')).stderr).toContain('KANCHI_PACKAGE_INVALID');
    expect((await kanchi('uninstall', 'lamp')).stdout).toBe(
      'kanchi: lamp is not installed any more; a run of it that has begun goes on until it is stopped\n',
    );
    expect((await install('@one.kanchi', '--yes')).status).toBe(0);
  });

  it('is not a file, and a file is not an installed app', async () => {
    await install('@one.kanchi', '--yes');
    expect((await run('--app', 'lampe')).stderr).toMatch(
      /KANCHI_APP_NOT_INSTALLED: no app "lampe" in @apps\d+; there is lamp\n/u,
    );
    expect((await run('@one.kanchi', '--app', 'lamp')).stderr).toContain('one app at a time');
    expect((await run('@lamp')).stderr).toContain('or for an installed app: --app lamp');
    expect((await run('--app', 'lamp', '--manifest', '@one/app.json')).stderr).toContain(
      'has its manifest inside',
    );
  });

  it('is listed for programs too', async () => {
    await install('@one.kanchi', '--yes');
    await install('@none.kanchi', '--yes');
    const { stdout } = await kanchi('apps', '--json', '--trusted-keys', '@keys');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { name: 'lamp', version: '1.0.0', signature: expect.stringContaining('signed by "workshop"') },
      { name: 'none', version: '1.0.0', signature: 'not signed' },
    ]);
  });

  it('is a service that looks where it was installed, whoever the service runs as', async () => {
    folder.write('board.json', board);
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    vi.stubEnv('XDG_DATA_HOME', folder.file('data'));
    await folder.kanchi('install', '@one.kanchi', '--yes');
    const { stdout, stderr } = await folder.kanchi('service', '--app', 'lamp', '--board', '@board.json');
    expect(stderr).toBe('');
    expect(stdout).toContain(
      ' run --app lamp --apps @data/kanchi/apps --board @board.json --backend linux --quiet\n',
    );
  });

  it('is gone when it is uninstalled', async () => {
    await install('@one.kanchi', '--yes');
    expect(await kanchi('uninstall', 'lamp')).toMatchObject({ status: 0, stderr: '' });
    expect((await kanchi('uninstall', 'lamp')).stderr).toContain('there is none: kanchi install <package>');
    expect((await run('--app', 'lamp')).stderr).toContain('KANCHI_APP_NOT_INSTALLED');
  });
});
