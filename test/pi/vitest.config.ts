import { defineConfig } from 'vitest/config';

/** Tests that boot an emulated Pi: `npm run test:pi`. One boot at a time: each keeps both cores busy. */
export default defineConfig({
  test: {
    include: ['test/pi/tests/**/*.test.ts'],
    reporters: ['default', './test/support/skip-reporter.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    // The first boot may build the image.
    hookTimeout: 600_000,
  },
});
