import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const BOOTS_AT_A_TIME = Math.min(4, availableParallelism());

/** Tests that boot an emulated Pi: `npm run test:pi`. */
export default defineConfig({
  test: {
    include: ['test/pi/tests/**/*.test.ts'],
    reporters: ['default', './test/support/skip-reporter.ts'],
    globalSetup: ['./test/pi/tests/image-first.ts'],
    // A boot keeps one core busy.
    maxWorkers: BOOTS_AT_A_TIME,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
