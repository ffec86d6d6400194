import { afterAll, beforeAll, describe } from 'vitest';
import { PtyPeer, UartProcess } from '../linux/uart-process.test-support.ts';
import { defineUartSuite } from './uart-suite.ts';

// The other parts have no wiring here and would only be skipped one by one.
describe.runIf(process.platform === 'linux').each(['direct', 'remote'] as const)(
  'conformance: serial ports of the Linux backend, on pseudo terminals, %s',
  (how) => {
    let host: UartProcess;
    let peer: PtyPeer;

    beforeAll(() => {
      host = new UartProcess(how);
      peer = new PtyPeer();
    });

    afterAll(async () => {
      await Promise.all([host.end(), peer.end()]);
    });

    defineUartSuite(() => ({
      hal: host.hal,
      clock: host.clock,
      uart: {
        port: peer.open(),
        baud: 115_200,
        missingPort: '/dev/ttyUSB250',
        paced: false,
        peer: {
          send: (bytes) => peer.send(bytes),
          received: () => peer.received(),
          disconnect: () => peer.disconnect(),
        },
      },
      close: () => {},
    }));
  },
);
