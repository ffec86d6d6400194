// Runs test files inside the emulated Pi and prints one line of JSON for each test, for test/pi/tests to read.
// Usage: node run-tests.mjs FILE.js... [--in-thread FILE.js...]
// Files after --in-thread run in another thread, for which the main thread serves lines by the package onoff: their `workerData` is
// `{ onoffPort }`.
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { isMainThread, MessageChannel, parentPort, Worker } from 'node:worker_threads';
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
  const line = `KANCHI-PI-TEST ${JSON.stringify(record)}\n`;
  // Standard output of a thread that ends is not all written.
  if (isMainThread) process.stdout.write(line);
  else parentPort.postMessage({ line });
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

/** True when all passed. */
async function runHere(paths) {
  const files = await startTests(paths, runner);
  for (const file of files) reportRest(file);
  return files.every((file) => file.result?.state === 'pass');
}

/** As `runHere`, in a thread that does not end before the process does: native packages are not used in two threads. */
async function runInThread(paths) {
  const { serveOnoffLines } = await import('@kanchi/hal/linux');
  const { port1, port2 } = new MessageChannel();
  const service = serveOnoffLines(port1);
  const thread = new Worker(new URL(import.meta.url), {
    argv: paths,
    workerData: { onoffPort: port2 },
    transferList: [port2],
  });
  const died = once(thread, 'error').then(([error]) => {
    throw error;
  });
  const passed = new Promise((resolve) => {
    thread.on('message', (message) => {
      if (message.line === undefined) resolve(message.passed);
      else process.stdout.write(message.line);
    });
  });
  const all = await Promise.race([passed, died]);
  service.close();
  return all;
}

const parameters = process.argv.slice(2);
if (isMainThread) {
  const at = parameters.indexOf('--in-thread');
  const inThread = at < 0 ? [] : parameters.slice(at + 1);
  const here = at < 0 ? parameters : parameters.slice(0, at);
  const passedHere = await runHere(here);
  const passed = inThread.length === 0 || (await runInThread(inThread));
  // Handles that a failed test left open must not keep the boot waiting.
  process.exit(passedHere && passed ? 0 : 1);
} else {
  parentPort.postMessage({ passed: await runHere(parameters) });
}
