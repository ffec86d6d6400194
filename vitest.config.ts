import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'bench/*.test.ts'],
    // These boot an emulated Pi, or run inside it: npm run test:pi.
    exclude: [...configDefaults.exclude, 'test/pi/tests/**', 'test/pi/inside/**'],
    reporters: ['default', './test/support/skip-reporter.ts'],
    // Worker-thread tests start real threads; two cores are the smallest machine that is supported.
    maxWorkers: 2,
    // Room for a busy machine: what hangs fails all the same, and no test is a measurement.
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // Some suites compile a guest first, each in a process that loads the compiler.
    hookTimeout: 120_000,
  },
});
