// The newcomer check: a copy of the clean checkout, then the README's commands and its first-app steps, run exactly as
// they are written there. Usage: node test/newcomer/newcomer.mjs
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND_LIMIT_MS = 10 * 60 * 1000;
const repository = fileURLToPath(new URL('../../', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'kanchi-newcomer-'));
const checkout = join(place, 'kanchi');
let passed = 0;
let failed = 0;

/** Runs one check and goes on, so that one failure does not hide another. */
function check(name, action) {
  try {
    action();
    passed += 1;
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Runs a shell command line as a user types it. */
function run(line) {
  const result = spawnSync('bash', ['-c', line], {
    cwd: checkout,
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = `${result.stdout}${result.stderr}`;
  assert.equal(result.error, undefined, `${line}: ${String(result.error)}\n${output}`);
  return { status: result.status, output };
}

/** The README's "Your first app" section: files to write, then commands to run. */
function firstAppSteps() {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const section = readme.split(/^## /mu).find((part) => part.startsWith('Your first app'));
  assert.ok(section, 'README.md has no section "Your first app"');
  const files = [...section.matchAll(/^`(my-app\/[^`]+)`:.*\n\n```\w+\n([\s\S]*?)^```$/gmu)].map((match) => ({
    path: match[1],
    content: match[2],
  }));
  const commands = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].flatMap((match) =>
    match[1].trim().split('\n'),
  );
  return { files, commands };
}

try {
  execFileSync('git', ['clone', '--quiet', '--no-local', repository, checkout]);

  check('npm start -- --seconds 3 runs the weather station and ends by itself', () => {
    const { status, output } = run('npm start -- --seconds 3');
    assert.equal(status, 0, output);
    const readings = output.match(/temperature +-?\d+\.\d+ *°C/giu) ?? [];
    assert.ok(readings.length >= 2, `expected at least 2 readings in 3 s:\n${output}`);
    assert.match(output, /humidity +\d+\.\d+ *%/iu);
    assert.match(output, /pressure +\d+(?:\.\d+)? *h?Pa/iu);
  });

  check('the first-app steps of the README work as written', () => {
    const { files, commands } = firstAppSteps();
    assert.deepEqual(
      files.map(({ path }) => path),
      ['my-app/main.c', 'my-app/app.json', 'my-app/board.json'],
    );
    for (const { path, content } of files) {
      mkdirSync(join(checkout, dirname(path)), { recursive: true });
      writeFileSync(join(checkout, path), content);
    }
    const outputs = commands.map((line) => {
      const { status, output } = run(line);
      assert.equal(status, 0, `${line}\n${output}`);
      return output;
    });
    for (let blink = 1; blink <= 5; blink += 1) {
      assert.ok(outputs.at(-1).includes(`blink ${blink}`), outputs.at(-1));
    }
  });

  check('without its gpio permission the first app is refused with the line to add', () => {
    const { files } = firstAppSteps();
    const manifest = JSON.parse(files.find(({ path }) => path.endsWith('app.json')).content);
    const removed = manifest.permissions.shift();
    writeFileSync(join(checkout, 'my-app/app.json'), JSON.stringify(manifest));
    const { status, output } = run('npx kanchi run my-app');
    assert.equal(status, 1, output);
    const line = /add to "permissions" in app\.json: (\{.*?\})(?:$|\n|;)/mu.exec(output)?.[1];
    assert.ok(line, `no line to add in:\n${output}`);
    assert.deepEqual(JSON.parse(line), removed);
  });
} finally {
  rmSync(place, { recursive: true, force: true });
}
console.log(`newcomer: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
