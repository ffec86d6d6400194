import { VirtualClock } from '@kanchi/hal/mock';
import { expect, it } from 'vitest';
import { entryOf, FakeDriver } from './fake-sensor.test-support.ts';
import { HubSession } from './hub-session.ts';
import { SensorHub } from './sensor-hub.ts';
import { SharedSensorPort } from './shared-sensor-port.ts';

const MS = 1_000_000n;

it('two users of one port have their own numbers and their own records, whoever collects first', () => {
  const clock = new VirtualClock();
  const hub = new SensorHub({ clock, sensors: [entryOf('supply', new FakeDriver(['voltage'], () => [1]))] });
  const shared = new SharedSensorPort(new HubSession(hub, 'app'));
  const [one, other] = [shared.part(), shared.part()];
  one.open(1, 'supply', { intervalNs: 10n * MS }, { shortestIntervalNs: 0n });
  other.open(1, 'supply', { intervalNs: 20n * MS }, { shortestIntervalNs: 0n });
  while (clock.nowNs() < 45n * MS) clock.waitUntil(45n * MS);
  const dues = (part: typeof one): [number, bigint][] => {
    const found: [number, bigint][] = [];
    part.collect((subscription, { dueNs }) => found.push([subscription, dueNs / MS]));
    return found;
  };
  expect(dues(one)).toEqual([0n, 10n, 20n, 30n, 40n].map((due) => [1, due]));
  expect(dues(other)).toEqual([0n, 20n, 40n].map((due) => [1, due]));
  one.close(1);
  expect(hub.clientStates()).toHaveLength(1);
  expect(other.change(1, { intervalNs: 30n * MS }, { shortestIntervalNs: 0n }).intervalNs).toBe(30n * MS);
  expect(one.describe('supply').sensor).toBe('supply');
});
