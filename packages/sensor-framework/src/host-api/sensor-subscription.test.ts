import { expect, it } from 'vitest';
import type { SensorPort } from '../hub/sensor-port.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { SensorSubscription } from './sensor-subscription.ts';

function subscribed(): SensorSubscription {
  const channels = ['temperature', 'humidity'].map((name) => ({
    name,
    unit: '1',
    minimum: 0,
    maximum: 1,
    accuracy: undefined,
  }));
  const subscription = new SensorSubscription({
    label: 'air',
    outline: { sensor: 'air', channels, shortestIntervalNs: 1n },
    grant: { kind: 'sensor', sensor: 'air' } as unknown as SensorSubscription['grant'],
    number: 1,
    port: {} as SensorPort,
    onClose: () => {},
  });
  subscription.queueRecords = 2;
  return subscription;
}

function record(sequence: number, lost = 0): StreamRecord {
  const capture = { sequence, capturedNs: 0n, capturedWallNs: 0n, unit: '1', value: 1 };
  const readings = ['temperature', 'humidity'].map((channel) => ({ channel, ...capture }));
  return { dueNs: 0n, sequence, lost, readings };
}

it('counts each lost record once, also when a record that was read by half is dropped', () => {
  const subscription = subscribed();
  subscription.receive(record(4, 3));
  expect(subscription.take()).toMatchObject({ sequence: 4, lost: 3 });
  for (const sequence of [5, 6]) subscription.receive(record(sequence));
  // Three before record 4, which is told, and the rest of record 4.
  expect(subscription.take()).toMatchObject({ sequence: 5, lost: 1 });
});

it('tells what a dropped record that was not read had to tell', () => {
  const subscription = subscribed();
  for (const each of [record(4, 3), record(5), record(6)]) subscription.receive(each);
  expect(subscription.take()).toMatchObject({ sequence: 5, lost: 4 });
});
