import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { EventRingWriter } from '../remote/event-ring.ts';
import { EdgePump } from './edge-pump.ts';
import { type EdgePumpCommand, type EdgePumpThreadData, pumpWord } from './edge-pump-protocol.ts';
import { loadKoffiSys } from './koffi-sys.ts';
import { EDGE_POLL_MS } from './limits.ts';

/** Entry of the thread that waits for edges. Its waits are short: a thread in poll(2) cannot be ended. */
const { port, wakeDescriptor, ring, words, wake, wakeIndex } = workerData as EdgePumpThreadData;
const shared = new Int32Array(words);
const wakeWords = new Int32Array(wake);

try {
  const pump = new EdgePump({
    sys: loadKoffiSys(),
    wakeDescriptor,
    ring: new EventRingWriter(ring),
    nowNs: () => process.hrtime.bigint(),
  });
  while (obeyAll(pump)) {
    if (pump.step(EDGE_POLL_MS) > 0) {
      Atomics.add(wakeWords, wakeIndex, 1);
      Atomics.notify(wakeWords, wakeIndex);
    }
    Atomics.store(shared, pumpWord.storms, pump.stormCount);
  }
  pump.close();
} finally {
  Atomics.store(shared, pumpWord.ended, 1);
  tellDone();
  port.close();
}

/** False once the thread is to stop. */
function obeyAll(pump: EdgePump): boolean {
  for (
    let received = receiveMessageOnPort(port);
    received !== undefined;
    received = receiveMessageOnPort(port)
  ) {
    const command = received.message as EdgePumpCommand;
    if (command.kind === 'stop') return false;
    if (command.kind === 'add') pump.add(command.line);
    else Atomics.store(shared, pumpWord.lastSequence, pump.remove(command.key));
    tellDone();
  }
  return true;
}

function tellDone(): void {
  Atomics.add(shared, pumpWord.done, 1);
  Atomics.notify(shared, pumpWord.done);
}
