import { VirtualClock } from '../mock/index.ts';
import { benchFixtureWiring } from './bench-wiring.test-support.ts';
import { benchWiring, createMockBench, observedPwm } from './mock-bench.test-support.ts';
import { defineConformanceSuite } from './suite.ts';

defineConformanceSuite('mock board in virtual time', () => {
  const clock = new VirtualClock();
  const { board, received, send, disconnect } = createMockBench(clock);
  return {
    hal: board,
    clock,
    ...benchFixtureWiring,
    pwm: { ...benchFixtureWiring.pwm, observe: () => observedPwm(board) },
    uart: {
      port: benchWiring.port,
      baud: benchWiring.baud,
      missingPort: 'no-such-port',
      peer: { send, disconnect, received: () => Uint8Array.from(received) },
    },
    close: () => {},
  };
});
