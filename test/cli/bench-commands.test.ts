import { afterAll, describe, expect, it } from 'vitest';
import { RunningCommand, runCommand } from '../support/command.ts';
import { AppFolder, board, manifest } from './app-folder.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());

folder.write(
  'board.json',
  board({
    lines: { lamp: { line: 17, direction: 'output' }, button: { line: 27 } },
    i2c: {
      buses: { sensors: { bus: 1 } },
      devices: {
        environment: { bus: 1, address: '0x76', part: 'bme280', registerAddressing: { write: 'pairs' } },
      },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 0, part: 'mcp3008' } } },
  }),
);

function run(line: string) {
  return runCommand([...line.split(' '), '--backend', 'mock'], { cwd: folder.path });
}

/** What follows the advice of a refusal. */
function adviceOf(stderr: string, file: string): object {
  const [, line] = new RegExp(`add to "permissions" in ${file}: (\\{.*\\})\n$`, 'u').exec(stderr) ?? [];
  if (line === undefined) throw new Error(`no advice in: ${stderr}`);
  return JSON.parse(line) as object;
}

describe('bench work with the permissions of an app', () => {
  it.concurrent.each([
    ['gpio read button', 'gpio', { kind: 'gpio', line: 'button', actions: ['read'] }],
    ['gpio watch button --seconds 0.1', 'watch', { kind: 'gpio', line: 'button', actions: ['watch'] }],
    ['gpio write lamp 1 --seconds 0.1', 'write', { kind: 'gpio', line: 'lamp', actions: ['write'] }],
    [
      'i2c read environment 0xf7 8',
      'i2c-read',
      {
        kind: 'i2c',
        device: 'environment',
        actions: ['read'],
        registers: [{ first: '0xf7', last: '0xfe', actions: ['read'] }],
      },
    ],
    [
      'i2c write environment 0xf2 1 0xf4 0x27',
      'i2c-write',
      {
        kind: 'i2c',
        device: 'environment',
        actions: ['write'],
        registers: [
          { first: '0xf2', last: '0xf2', actions: ['write'] },
          { first: '0xf4', last: '0xf4', actions: ['write'] },
        ],
      },
    ],
    [
      'i2c transfer environment 0xd0 --read 300',
      'i2c-transfer',
      { kind: 'i2c', device: 'environment', actions: ['read', 'write'], maxTransactionBytes: 301 },
    ],
    ['spi transfer adc 1 0x80 0', 'spi', { kind: 'spi', device: 'adc', maxClockHz: 1_000_000, modes: [0] }],
  ])('%s is refused without the least permission for it, and done with it', async (line, name, least) => {
    folder.write(`${name}.json`, manifest({ permissions: [{ kind: 'log' }] }));
    const refused = await run(`${line} --manifest ${name}.json`);
    expect(refused.stderr).toMatch(
      /^kanchi: KANCHI_DENIED: app "station": kanchi [^\n]* refused: [^\n]*\n$/u,
    );
    expect([refused.status, refused.stdout]).toEqual([7, '']);
    const advice = adviceOf(refused.stderr, `${name}.json`);
    if (name !== 'i2c-transfer') expect(advice).toEqual(least);
    folder.write(`${name}.json`, manifest({ permissions: [advice] }));
    const done = await run(`${line} --manifest ${name}.json`);
    expect([done.status, done.stderr]).toEqual([0, expect.not.stringContaining('KANCHI')]);
    // And without a manifest, as the user's own.
    expect((await run(line)).stdout).toBe(done.stdout);
  });

  it('says of a target that a deny entry narrows that no line helps', async () => {
    folder.write(
      'deny.json',
      manifest({
        permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }],
        deny: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }],
      }),
    );
    const { status, stderr } = await run('gpio write lamp 1 --manifest deny.json');
    expect(stderr).toContain('nothing that is added to "permissions" in deny.json would allow it');
    expect(status).toBe(7);
  });

  it('refuses more bytes than the permission has', async () => {
    folder.write(
      'few.json',
      manifest({ permissions: [{ kind: 'spi', device: 'adc', maxTransactionBytes: 2 }] }),
    );
    expect((await run('spi transfer adc 1 2 --manifest few.json')).status).toBe(0);
    const { status, stderr } = await run('spi transfer adc 1 2 3 --manifest few.json');
    expect(stderr).toContain('a transaction has at most 2 bytes by the "spi" permission');
    expect(status).toBe(7);
  });
});

describe('kanchi gpio', () => {
  it('says where the labels come from when there is no board file', async () => {
    folder.write('empty/x.txt', '');
    const { status, stderr } = await runCommand(['gpio', 'list'], { cwd: `${folder.path}/empty` });
    expect(stderr).toContain('there is no board.json here; name one: --board <folder or file>');
    expect(status).toBe(3);
  });
  it('lists the lines of the board file', async () => {
    expect((await run('gpio list')).stdout).toBe(
      'label   line         direction  active  safe level  part\n' +
        'lamp    17 (pin 11)  output     high    0           -\n' +
        'button  27 (pin 13)  input      high    -           -\n',
    );
    const { stdout } = await run('gpio list --json');
    expect(
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { label: 'lamp', line: 17, direction: 'output', safeLevel: 0 },
      { label: 'button', line: 27, direction: 'input' },
    ]);
  });

  it('ends in order at Ctrl-C', async () => {
    const command = new RunningCommand(['gpio', 'write', 'lamp', '1', '--backend', 'mock'], {
      cwd: folder.path,
    });
    await command.printed(/lamp 1\n/u);
    command.process.kill('SIGINT');
    expect(await command.ended).toMatchObject({ status: 0, signal: null, stdout: 'lamp 1\n' });
  });
});
