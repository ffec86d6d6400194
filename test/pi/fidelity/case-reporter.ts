import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { CaseRecord } from './case-record.ts';

/** Names the file that this reporter writes. */
const FILE_VARIABLE = 'KANCHI_CASES_FILE';

/** Writes what each test came to, one JSON line each: vitest's own JSON leaves out why a test was skipped. */
export default class CaseReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const path = process.env[FILE_VARIABLE];
    if (path === undefined) throw new Error(`${FILE_VARIABLE} names no file`);
    const records = modules.flatMap((module) =>
      [...module.children.allTests()].map((test): CaseRecord => {
        const result = test.result();
        return {
          name: test.fullName,
          state: result.state,
          note: (result.state === 'skipped' ? result.note : undefined) ?? '',
        };
      }),
    );
    writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  }
}
