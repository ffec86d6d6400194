// Runs test files inside the emulated Pi and prints one line of JSON for each test, for test/pi/tests to read.
// Usage: node run-tests.mjs FILE.js...
import { pathToFileURL } from 'node:url';
import { startTests } from '@vitest/runner';

/** A command takes 15 s of an idle machine; one that has other work makes it a minute. */
const TEST_LIMIT_MS = 300_000;

const runner = {
  config: {
    root: '/kanchi',
    setupFiles: [],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  },
  importFile: (path) => import(pathToFileURL(path).href),
  onTaskUpdate: () => undefined,
  onAfterRunTask: (test) => report(test),
};

function fullName(task) {
  const names = [];
  for (let each = task; each !== undefined && each.type !== undefined; each = each.suite)
    names.unshift(each.name);
  return names.join(' > ');
}

function say(record) {
  process.stdout.write(`KANCHI-PI-TEST ${JSON.stringify(record)}\n`);
}

const reported = new Set();

function report(task) {
  reported.add(task.id);
  const errors = task.result?.errors ?? [];
  say({
    name: fullName(task),
    state: task.result?.state ?? task.mode,
    note: task.result?.note ?? '',
    errors: errors.map((error) =>
      [error.stack ?? error.message ?? String(error), error.diff ?? ''].join('\n'),
    ),
    durationMs: Math.round(task.result?.duration ?? 0),
  });
}

/** Tests that were skipped, also by themselves, have no report yet; a suite or a file that failed by itself has none either. */
function reportRest(task) {
  if (task.type === 'test') {
    if (!reported.has(task.id)) report(task);
    return;
  }
  if ((task.result?.errors ?? []).length > 0) report(task);
  for (const child of task.tasks) reportRest(child);
}

const files = await startTests(process.argv.slice(2), runner);
for (const file of files) reportRest(file);
// Handles that a failed test left open must not keep the boot waiting.
process.exit(files.every((file) => file.result?.state === 'pass') ? 0 : 1);
