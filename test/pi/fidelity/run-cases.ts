import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutFolder } from '../checkout.ts';
import { type CaseRecord, readCaseRecords } from './case-record.ts';

/** A run that has not ended by then is killed: it may build an image and boot twice. */
const RUN_LIMIT_MS = 20 * 60_000;

/**
 * Runs test files with vitest in a process of its own and gives back what each test came to, failed ones too. Throws when
 * vitest did not get that far.
 */
export function runCases(files: readonly string[], config: string): CaseRecord[] {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-cases-'));
  const path = join(folder, 'cases.jsonl');
  try {
    const vitest = join(checkoutFolder, 'node_modules/vitest/vitest.mjs');
    const reporter = join(checkoutFolder, 'test/pi/fidelity/case-reporter.ts');
    // What vitest sets for its own workers would make this one take itself for a worker.
    const {
      VITEST: _,
      VITEST_WORKER_ID: __,
      VITEST_POOL_ID: ___,
      NODE_ENV: ____,
      ...environment
    } = process.env;
    const parameters = ['run', '--config', config, `--reporter=${reporter}`, ...files];
    const { status } = spawnSync(process.execPath, [vitest, ...parameters], {
      cwd: checkoutFolder,
      env: { ...environment, KANCHI_CASES_FILE: path },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: RUN_LIMIT_MS,
    });
    if (!existsSync(path)) throw new Error(`vitest ended with ${status} before it ran ${files.join(', ')}`);
    return readCaseRecords(readFileSync(path, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
