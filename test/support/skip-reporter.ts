import type { Reporter, TestModule } from 'vitest/node';

/** Prints each skipped test with its reason: a test that did not run must not go unnoticed. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = (result.state === 'skipped' ? result.note : undefined) ?? 'NO REASON GIVEN';
        process.stdout.write(`skipped: ${module.relativeModuleId}: ${test.fullName}: ${reason}\n`);
      }
    }
  }
}
