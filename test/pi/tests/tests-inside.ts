import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BootOptions, bootPi } from '../boot/boot-pi.ts';
import type { RunningPi } from '../boot/running-pi.ts';
import { findImage } from '../image/find-image.ts';
import { guestFolder, insideTestPath, kanchiPayload, quickStart } from '../payload/kanchi-payload.ts';
import { readTestRecords, type TestRecord } from '../payload/test-records.ts';

export interface InsideOptions extends Partial<BootOptions> {
  readonly machine: BootOptions['machine'];
  /** Test files that run after the others, in another thread, with lines by the package onoff (`runner/run-tests.mjs`). */
  readonly inThread?: readonly string[];
  /** Lines of shell before the tests run. */
  readonly before?: string;
  /** What the outside does meanwhile, e.g. change a temperature. */
  readonly meanwhile?: (pi: RunningPi) => Promise<void>;
}

/**
 * Boots once, runs test files of `test/pi/inside` there, and defines one test here for each one there: passed, failed or
 * skipped with its reason. To be awaited at the top of a test file. Gives back what they came to.
 */
export async function testsInside(
  sources: readonly string[],
  options: InsideOptions,
): Promise<readonly TestRecord[]> {
  const image = findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));
  const payload = kanchiPayload(image);
  const beginMs = performance.now();
  const { inThread = [] } = options;
  const pathsOf = (files: readonly string[]): string => files.map(insideTestPath).join(' ');
  const paths = `${pathsOf(sources)}${inThread.length === 0 ? '' : ` --in-thread ${pathsOf(inThread)}`}`;
  const names = [...sources, ...inThread].map((source) => basename(source)).join(', ');
  await using pi = await bootPi({
    ...options,
    image,
    script: `${options.before ?? ''}\nexec node ${quickStart} ${guestFolder}/runner/run-tests.mjs ${paths}\n`,
    files: [...payload.files, ...(options.files ?? [])],
  });
  const end = pi.ended;
  // A test inside that never asks leaves the outside waiting: the end of the boot is the end of both.
  await Promise.race([options.meanwhile?.(pi), end]);
  const { status, output } = await end;
  const records = readTestRecords(output);
  const seconds = Math.round((performance.now() - beginMs) / 1000);
  process.stderr.write(`emulated Pi: ${records.length} tests in ${seconds} s: ${names}\n`);

  describe(`inside ${options.machine}: ${names}`, () => {
    for (const record of records) {
      // oxlint-disable-next-line vitest/valid-title -- the titles come from inside
      it(record.name, (context) => {
        if (record.state === 'skip' || record.state === 'todo')
          context.skip(record.note === '' ? undefined : record.note);
        if (record.errors.length > 0) expect.fail(record.errors.join('\n'));
        expect(record.state).toBe('pass');
      });
    }

    it('ends by itself with a status that fits', () => {
      const expected = records.every(({ state }) => state !== 'fail') ? 0 : 1;
      if (records.length === 0 || status !== expected) {
        expect.fail(`${records.length} tests ran, exit code ${status}; it printed:\n${output}`);
      }
    });
  });
  return records;
}
