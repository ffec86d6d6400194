// Starts an app that holds a serial port again and again, in threads as `kanchi run` does, and prints what is left of it.
// Parameters: the path of the port, the rounds, and after how many of them nothing is compiled for the first time any more.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
// Not an entry of the package: what the command puts together.
import { createAppExecutor } from '../../packages/cli/dist/broker/app-executor.js';
import { HardwareThreads } from '../../packages/cli/dist/broker/hardware-threads.js';

const [port, rounds, warmRounds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const board = parseBoard(
  { kanchi: 1, name: 'desk', uart: { ports: { port: { port, baud: 9600 } } } },
  'board of the test',
);
const module = loadModule(readFileSync(new URL('../guests/build/hold-port.wasm', import.meta.url)), {
  source: 'hold-port.wasm',
  maximumPages: 16,
});
const permissions = [{ kind: 'uart', port: 'port', actions: ['read'] }, { kind: 'log' }];
const ways = ['return', 'trap', 'stop', 'hang'];
const apps = ways.map((way) => {
  const file = { kanchi: 1, name: 'holder', version: '1.0.0', arguments: [way], permissions };
  return { manifest: parseManifest(file, 'manifest of the test'), board, module };
});

const hardware = new HardwareThreads('linux', board, { sensorEvent: () => {} });
await hardware.ready();
const executor = createAppExecutor(hardware, () => {});
const ends = new Map();

async function round(number) {
  const way = ways[number % ways.length];
  let said = '';
  let isOpen = () => {};
  const open = new Promise((resolve) => {
    isOpen = resolve;
  });
  const execution = executor.start(apps[number % ways.length], {
    log: ({ text }) => {
      said += text;
    },
    standardOutput: (bytes) => {
      said += new TextDecoder().decode(bytes);
      if (said === 'open\n') isOpen();
    },
    standardError: () => {},
    denial: (text) => {
      said += text;
    },
  });
  if (way === 'stop' || way === 'hang') {
    await Promise.race([open, execution.exited]);
    if (way === 'stop') execution.requestStop();
    else execution.terminate();
  }
  const { reason } = await execution.exited;
  const end = `${way}: ${reason}, ${JSON.stringify(said)}`;
  ends.set(end, (ends.get(end) ?? 0) + 1);
}

/** What is there when nothing runs, once the kernel has taken the last thread apart and the collector has been there (--expose-gc). */
async function left() {
  await delay(200);
  const residentBytes = process.memoryUsage.rss();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    clients: (await hardware.state()).clients.length,
    heapBytes: heapUsed + external,
    // Before the collector was called: what lies there until it comes by itself counts too.
    residentBytes,
  };
}

for (let number = 0; number < warmRounds; number += 1) await round(number);
const before = await left();
for (let number = warmRounds; number < rounds; number += 1) await round(number);
const after = await left();
await hardware.stop();
process.stdout.write(`${JSON.stringify({ before, after, ends: Object.fromEntries(ends) })}\n`);
