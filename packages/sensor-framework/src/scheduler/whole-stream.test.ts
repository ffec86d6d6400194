import { describe, expect, it } from 'vitest';
import type { Reading, ReadingReason } from '../reading.ts';
import { failedReading, goodReading } from '../reading.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { StreamSet } from '../stream/stream-set.ts';
import type { ContractRequest } from './contract.ts';
import type { Outcome } from './plan.ts';
import { Timeline } from './timeline.ts';

const MS = 1_000_000n;
const channels = [
  { name: 'temperature', unit: 'degC' },
  { name: 'humidity', unit: 'percent' },
  { name: 'pressure', unit: 'Pa' },
];

interface Report {
  readonly atMs: number;
  readonly records: readonly StreamRecord[];
}

/** The loop of docs/sensors/scheduling.md in virtual time, with one sensor whose reads end at once. */
function runClients(
  clients: Readonly<Record<string, ContractRequest>>,
  untilMs: number,
  measure: (nowMs: number) => number | ReadingReason,
) {
  const timeline = new Timeline();
  const streams = new StreamSet();
  timeline.addSensor({ name: 'air', channels, shortestIntervalNs: 10n * MS }, 0n);
  for (const [client, request] of Object.entries(clients)) {
    const contract = timeline.open(client, 'air', request, 0n);
    streams.open(timeline.keyOf(client), contract);
  }
  const reports = new Map<string, Report[]>(Object.keys(clients).map((client) => [client, []]));
  let nowNs = 0n;
  let sequence = 0;
  let readCount = 0;
  let readings: readonly Reading[] = [];
  const sample = (value: number | ReadingReason): readonly Reading[] => {
    sequence += 1;
    return channels.map(({ name, unit }) => {
      const capture = { channel: name, unit, sequence, capturedNs: nowNs, capturedWallNs: nowNs };
      return typeof value === 'number' ? goodReading(capture, value) : failedReading(capture, value);
    });
  };
  const hand = ({ answers }: Outcome) => {
    for (const { from, reason, deliveries } of answers) {
      if (from === 'no-read') readings = sample(reason ?? 'unavailable');
      for (const delivery of deliveries) streams.push(delivery, readings, nowNs);
    }
  };
  for (;;) {
    const times = [timeline.nextDue(nowNs), streams.nextReportNs()].filter((time) => time !== undefined);
    const nextNs = times.sort((a, b) => Number(a - b))[0] ?? nowNs;
    if (nextNs > BigInt(untilMs) * MS) return { reports, readCount };
    nowNs = nextNs > nowNs ? nextNs : nowNs;
    const plan = timeline.take(nowNs);
    hand(plan);
    for (const step of plan.steps) {
      readCount += 1;
      const value = measure(Number(nowNs / MS));
      readings = sample(value);
      hand(timeline.finish(step, nowNs, typeof value === 'number' ? 'good' : value));
    }
    for (const key of streams.takeReports(nowNs)) {
      reports.get(key.client)?.push({ atMs: Number(nowNs / MS), records: streams.drain(key, 100, nowNs) });
    }
  }
}

const reportsOf = (result: ReturnType<typeof runClients>, client: string) => result.reports.get(client) ?? [];

describe('timeline and streams together', () => {
  it('give three units of one conversion in one record, with one capture time', () => {
    const result = runClients({ a: { intervalNs: 100n * MS } }, 100, () => 20);
    const records = reportsOf(result, 'a').flatMap((report) => report.records);
    expect(records.map(({ readings }) => readings.map(({ unit, capturedNs }) => [unit, capturedNs]))).toEqual(
      [0n, 100n * MS].map((time) => [
        ['degC', time],
        ['percent', time],
        ['Pa', time],
      ]),
    );
  });

  it('serve a plain, a batching and a threshold client from the same reads', () => {
    const result = runClients(
      {
        plain: { intervalNs: 100n * MS },
        batch: { intervalNs: 100n * MS, maximumReportLatencyNs: 450n * MS },
        alarm: {
          intervalNs: 100n * MS,
          channels: ['temperature'],
          mode: { kind: 'threshold', level: 30, hysteresis: 2 },
        },
      },
      1000,
      (nowMs) => (nowMs === 700 ? 40 : 20),
    );
    expect(result.readCount).toBe(11);
    expect(reportsOf(result, 'plain').map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 11 }, (_, index) => index * 100),
    );
    expect(reportsOf(result, 'batch').map(({ atMs, records }) => [atMs, records.length])).toEqual([
      [450, 5],
      [950, 5],
    ]);
    expect(reportsOf(result, 'alarm').map(({ atMs }) => atMs)).toEqual([0, 700, 800]);
  });

  it.each(['delta', 'median', 'moving-average'] as const)(
    'let a failure through %s once, and no value live on after it',
    (kind) => {
      const filter = kind === 'delta' ? { kind, minimumChange: 1 } : { kind, window: 5 };
      const request = { intervalNs: 100n * MS, channels: ['temperature'], filters: [filter] };
      const result = runClients({ a: request }, 2000, (nowMs) =>
        nowMs >= 500 && nowMs < 1000 ? 'timeout' : nowMs,
      );
      const out = reportsOf(result, 'a').flatMap(({ records }) =>
        records.flatMap(({ readings }) => readings.map(({ value, reason }) => reason ?? value)),
      );
      expect(out.filter((each) => typeof each === 'string')).toEqual(['timeout']);
      const firstAfter = out[out.indexOf('timeout') + 1];
      expect(firstAfter).toBeGreaterThanOrEqual(1000);
      expect(out.every((each) => typeof each === 'string' || Number.isFinite(each))).toBe(true);
    },
  );
});
