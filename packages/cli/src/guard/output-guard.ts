import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createLinuxBackend, readHeldOutputs } from '@kanchi/hal/linux';
import { guardConsumer, HELD_OUTPUTS_DESCRIPTOR, READY } from './guard-protocol.ts';
import { holdOutputs } from './hold-outputs.ts';

/**
 * Entry of the guard, a process of its own: waits until the command that started it is gone (its standard input ends), and brings
 * the outputs that the command then still held to their safe states. It holds lines until a signal or the next `kanchi run` ends it.
 */
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;

const commandPid = process.ppid;
let letGo = (): void => {};
const asked = new Promise<void>((resolve) => {
  letGo = resolve;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // While the command lives it gets the signal as well, ends in order and lets the guard go. A service manager that clears up behind a
    // dead one asks at once: the outputs get their safe states first all the same.
    if (process.ppid !== commandPid) letGo();
  });
}
// Loaded before it is needed, so that nothing but requests is left to do then.
const { hal } = createLinuxBackend();
writeSync(STANDARD_OUTPUT, READY);
await new Promise<void>((resolve) => {
  process.stdin
    .on('close', resolve)
    .on('error', () => {})
    .resume();
});
const outputs = readHeldOutputs(HELD_OUTPUTS_DESCRIPTOR);
if (outputs.length > 0) {
  const { lines, texts } = await holdOutputs(hal, outputs, guardConsumer(process.pid), delay);
  tell(
    `kanchi: KANCHI_COMMAND_DIED: the command was killed; outputs in their safe states: ${texts.join(', ')}${
      lines.length === 0
        ? ''
        : `; held by process ${process.pid} until the next kanchi run, or: kill ${process.pid}`
    }\n`,
  );
  // Something has to keep the process while it waits.
  const stay = setInterval(() => {}, 2 ** 30);
  if (lines.length > 0) await asked;
  clearInterval(stay);
}
hal.close();

/** Says it, and lets go of the streams: whoever reads them waits for the end of the command. */
function tell(text: string): void {
  try {
    writeSync(STANDARD_ERROR, text);
  } catch {
    // Nobody reads any more.
  }
  for (const descriptor of [STANDARD_OUTPUT, STANDARD_ERROR]) {
    closeSync(descriptor);
    // Takes the number, which is the lowest that is free.
    openSync('/dev/null', 'r+');
  }
}
