import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkoutFolder } from '../checkout.ts';
import type { CaseRecord } from './case-record.ts';
import {
  collectOutcomes,
  fidelityPage,
  linkedPaths,
  pageColumn,
  passedCases,
  readPage,
} from './fidelity-page.ts';
import { runCases } from './run-cases.ts';
import { targets } from './targets.ts';

const text = readFileSync(join(checkoutFolder, 'docs/fidelity.md'), 'utf8');
const page = readPage(text);
const HOST_LIMIT_MS = 60_000;

describe('docs/fidelity.md (npm run fidelity makes it)', () => {
  let records: CaseRecord[];

  beforeAll(() => {
    records = runCases(
      ['packages/hal/src/conformance/mock.test.ts', 'packages/hal/src/linux/linux-hal.conformance.test.ts'],
      'vitest.config.ts',
    );
  }, HOST_LIMIT_MS);

  it('names exactly the cases of the suite, and says what the mock comes to', () => {
    const run = passedCases(records, 'mock');
    expect(Object.keys(run).length).toBeGreaterThan(70);
    expect(pageColumn(page, 'mock')).toEqual(run);
  });

  it.each(['fake kernel', 'fake Pi kernel'])('says what the Linux backend comes to on the %s', (title) => {
    expect(pageColumn(page, title)).toEqual(passedCases(records, title));
  });

  it('links to files that exist', () => {
    expect(linkedPaths().filter((path) => !existsSync(join(checkoutFolder, path)))).toEqual([]);
  });
});

/** Two cases, both passed everywhere, but for what `change` says. */
function twoCases(change: (record: CaseRecord) => CaseRecord | undefined): CaseRecord[] {
  return targets.flatMap(({ suite }) =>
    ['gpio: levels > a level', 'a clock'].flatMap((name): CaseRecord[] => {
      const record = change({ name: `conformance: ${suite} > ${name}`, state: 'passed', note: '' });
      return record === undefined ? [] : [record];
    }),
  );
}

const made = (change: (record: CaseRecord) => CaseRecord | undefined): string =>
  fidelityPage(collectOutcomes(twoCases(change)), 'no emulator');

describe('the page is not made', () => {
  it('of a case that failed', () => {
    const failed = (record: CaseRecord): CaseRecord =>
      record.name.endsWith('Raspberry Pi 3 > a clock') ? { ...record, state: 'failed' } : record;
    expect(() => made(failed)).toThrow('raspi3b: a clock: failed');
  });

  it('of a case that is skipped without a reason', () => {
    const silent = (record: CaseRecord): CaseRecord =>
      record.name.endsWith('virt machine > a clock') ? { ...record, state: 'skipped' } : record;
    expect(() => made(silent)).toThrow('virt: a clock: skipped without a reason');
  });

  it('of a reason that nobody explains', () => {
    const skipped = (record: CaseRecord): CaseRecord =>
      record.name.endsWith('virtual time > a clock')
        ? { ...record, state: 'skipped', note: 'it is Sunday' }
        : record;
    expect(() => made(skipped)).toThrow('mock: "it is Sunday" has no explanation');
  });

  it('of a case that is missing where nobody says why', () => {
    const missing = (record: CaseRecord): CaseRecord | undefined =>
      record.name.endsWith('another thread, in real time > a clock') ? undefined : record;
    expect(() => made(missing)).toThrow('other thread: "not run" has no explanation');
  });

  it('of a target that did not run', () => {
    const none = (record: CaseRecord): CaseRecord | undefined =>
      record.name.includes('virt machine') ? undefined : record;
    expect(() => made(none)).toThrow('virt: no case ran; test/pi/inside/virt-conformance.test.ts');
  });

  it('with explanations that no case needs', () => {
    expect(() => made((record) => record)).toThrow(
      'no case is skipped for mock: "this backend has edge events"',
    );
  });
});
