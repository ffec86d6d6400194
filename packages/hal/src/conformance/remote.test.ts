import { afterAll, beforeAll } from 'vitest';
import { TestBroker } from '../remote/broker.test-support.ts';
import { RemoteClock } from '../remote/index.ts';
import { benchFixtureWiring } from './bench-wiring.test-support.ts';
import { benchWiring } from './mock-bench.test-support.ts';
import { defineConformanceSuite } from './suite.ts';

let broker: TestBroker;

beforeAll(() => {
  broker = new TestBroker();
});

afterAll(async () => {
  await broker.stop();
});

defineConformanceSuite('mock board in another thread, in real time', () => {
  const { hal, clientId } = broker.connect();
  broker.move('reconnect');
  return {
    hal,
    clock: new RemoteClock(hal),
    ...benchFixtureWiring,
    pwm: { ...benchFixtureWiring.pwm, observe: () => broker.observedPwm() },
    uart: {
      port: benchWiring.port,
      baud: benchWiring.baud,
      missingPort: 'no-such-port',
      peer: {
        send: (bytes) => broker.move('send', { bytes }),
        disconnect: () => broker.move('disconnect'),
        received: () => broker.received(),
      },
    },
    close: () => broker.connection.detach(clientId),
  };
});
