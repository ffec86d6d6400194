// A thread that owns one bus of a test: its sensor's read blocks until the gate is open, for `readMs` at most.
import { workerData } from 'node:worker_threads';
import { MockBoard, RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { HubService } from '@kanchi/sensor-framework/placement';

const { board, doorbell, port, gate, readMs = 20_000 } = workerData;
const clock = new RealTimeClock();
const hardware = new MockBoard({ clock });
const words = new Int32Array(gate);
const gated = {
  name: 'gated',
  wiring: 'i2c',
  create: () => ({
    channels: [{ name: 'count', unit: '1', minimum: 0, maximum: 1e6, accuracy: undefined }],
    times: { shortestIntervalNs: 1_000_000n },
    read() {
      Atomics.add(words, 1, 1);
      Atomics.notify(words, 1);
      // A gate that nobody opens ends the test by its own limit, not by hanging this thread for ever.
      Atomics.wait(words, 0, 0, readMs);
      return [Atomics.load(words, 1)];
    },
    close() {},
  }),
};
const hub = new SensorHub({
  clock,
  sensors: openBoardSensors(board, { hal: hardware, clock, drivers: [gated] }),
});

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  connectService: (clientId, extension, wake) => {
    const service = new HubService(hub, clientId, extension.samples, wake);
    // The app's side names the service that it asks; here there is one.
    return { serve: ({ request }) => service.serve(request), close: () => service.close() };
  },
  onStop: () => hub.closeAll(),
});
