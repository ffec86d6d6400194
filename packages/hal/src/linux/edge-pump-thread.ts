import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { EventRingWriter } from '../remote/event-ring.ts';
import { EdgePump, type PumpedLine } from './edge-pump.ts';
import { loadKoffiSys } from './koffi-sys.ts';
import { EDGE_POLL_MS } from './limits.ts';

/** What the thread is started with. */
export interface EdgePumpThreadData {
  readonly port: MessagePort;
  readonly wakeDescriptor: number;
  readonly ring: SharedArrayBuffer;
  /** Words of `pumpWord`. */
  readonly words: SharedArrayBuffer;
  /** What sleeps on events: word `wakeIndex` moves and is notified after events. */
  readonly wake: SharedArrayBuffer;
  readonly wakeIndex: number;
}

export type EdgePumpCommand =
  | { readonly kind: 'add'; readonly line: PumpedLine }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'stop' };

export const pumpWord = {
  /** Counts commands that took effect; the other side sleeps on it. */
  done: 0,
  /** The answer of the last `remove`: the kernel's number of the last event. */
  lastSequence: 1,
  /** Storms so far. */
  storms: 2,
} as const;

/** Entry of the thread that waits for edges. Its waits are short: a thread in poll(2) cannot be ended. */
const { port, wakeDescriptor, ring, words, wake, wakeIndex } = workerData as EdgePumpThreadData;
const pump = new EdgePump({
  sys: loadKoffiSys(),
  wakeDescriptor,
  ring: new EventRingWriter(ring),
  nowNs: () => process.hrtime.bigint(),
});
const shared = new Int32Array(words);
const wakeWords = new Int32Array(wake);

let isStopped = false;
while (!isStopped) {
  for (
    let received = receiveMessageOnPort(port);
    received !== undefined;
    received = receiveMessageOnPort(port)
  ) {
    obey(received.message as EdgePumpCommand);
    Atomics.add(shared, pumpWord.done, 1);
    Atomics.notify(shared, pumpWord.done);
  }
  if (isStopped) break;
  if (pump.step(EDGE_POLL_MS) > 0) {
    Atomics.add(wakeWords, wakeIndex, 1);
    Atomics.notify(wakeWords, wakeIndex);
  }
  Atomics.store(shared, pumpWord.storms, pump.stormCount);
}
pump.close();
port.close();

function obey(command: EdgePumpCommand): void {
  switch (command.kind) {
    case 'add':
      pump.add(command.line);
      return;
    case 'remove':
      Atomics.store(shared, pumpWord.lastSequence, pump.remove(command.key));
      return;
    case 'stop':
      isStopped = true;
  }
}
