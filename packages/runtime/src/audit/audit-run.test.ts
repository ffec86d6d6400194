import { expect, it } from 'vitest';
import { AppCounters } from '../app/counters.ts';
import type { AuditEntry } from './audit-entry.ts';
import { recordEnd } from './audit-run.ts';

it('the end of an app notes each limit that it met, and no other', () => {
  const counters = new AppCounters();
  counters.add('eventsDropped', 3);
  counters.add('logBytesDropped', 70);
  counters.add('handlesRefused', 2);
  const noted: AuditEntry[] = [];
  recordEnd(
    'blink',
    {
      reason: 'completed',
      exitCode: 0,
      code: undefined,
      message: undefined,
      stack: undefined,
      counters: counters.snapshot(),
    },
    { record: (entry) => noted.push(entry) },
  );
  expect(
    noted.map((entry) => (entry.kind === 'limit-hit' ? [entry.limit, entry.count] : entry.kind)),
  ).toEqual([
    ['limits.handles', 2],
    ['limits.eventQueueDepth', 3],
    ['log.maxBytesPerSecond', 70],
    'app-ended',
  ]);
});
