import { benchFixtureWiring } from '../conformance/bench-wiring.test-support.ts';
import { benchWiring, createMockBench, observedPwm } from '../conformance/mock-bench.test-support.ts';
import { defineConformanceSuite } from '../conformance/suite.ts';
import { VirtualClock } from '../mock/index.ts';
import { recordHal } from './index.ts';

defineConformanceSuite('mock board with a recorder on it', () => {
  const clock = new VirtualClock();
  const { board, received, send, disconnect } = createMockBench(clock);
  const hal = recordHal(board, clock, { write: () => {} });
  return {
    hal,
    clock,
    ...benchFixtureWiring,
    pwm: { ...benchFixtureWiring.pwm, observe: () => observedPwm(board) },
    uart: {
      port: benchWiring.port,
      baud: benchWiring.baud,
      missingPort: 'no-such-port',
      peer: { send, disconnect, received: () => Uint8Array.from(received) },
    },
    close: () => hal.finish(),
  };
});
