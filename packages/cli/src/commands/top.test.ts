import type { SensorState } from '@kanchi/sensor-framework/hub';
import { describe, expect, it } from 'vitest';
import type { BrokerThreadState } from '../broker/broker-thread-message.ts';
import { keepingIo } from '../console-io.test-support.ts';
import { runTopCommand, topLines } from './top.ts';

function stateOf(
  counters: Partial<SensorState['counters']>,
  more: Partial<SensorState> = {},
): BrokerThreadState {
  const none = {
    clientCount: 0,
    readCount: 0,
    failedReadCount: 0,
    withoutReadCount: 0,
    deliveryCount: 0,
    missedCount: 0,
    busTimeNs: 0n,
    lateCount: 0,
    maximumLatenessNs: 0n,
    totalLatenessNs: 0n,
    medianLatenessNs: 0n,
    p99LatenessNs: 0n,
  };
  const sensor = {
    sensor: 'air',
    driver: 'bme280',
    bus: 'i2c-1',
    shortestIntervalNs: 1n,
    stepTimeoutNs: 1_000_000_000n,
    channels: [],
    failure: undefined,
    droppedCount: 0,
    driverFaultCount: 0,
    ...more,
    counters: { ...none, ...counters } as SensorState['counters'],
  };
  return { levels: {}, sensors: [sensor], clients: [] };
}

describe('the table of kanchi top', () => {
  it('has rates of the time between two looks, and totals', () => {
    const before = stateOf({ readCount: 10, deliveryCount: 20, busTimeNs: 1_000_000n });
    const now = stateOf(
      {
        readCount: 30,
        deliveryCount: 60,
        busTimeNs: 41_000_000n,
        medianLatenessNs: 90_000n,
        p99LatenessNs: 120_000n,
        maximumLatenessNs: 2_500_000n,
        missedCount: 3,
        failedReadCount: 4,
      },
      { droppedCount: 5, failure: { reason: 'nack', text: 'x' } },
    );
    const line = topLines(before, now, 2)[1]?.split(/ {2,}/u);
    expect(line).toEqual([
      'air',
      'nack',
      '10.0',
      '20.0',
      '90 us',
      '120 us',
      '2.5 ms',
      '3',
      '5',
      '4',
      '2.00 %',
    ]);
  });

  it('counts from 0 for a sensor that was not there before', () => {
    const line = topLines({ levels: {}, sensors: [], clients: [] }, stateOf({ readCount: 5 }), 1)[1];
    expect(line?.split(/ {2,}/u)[2]).toBe('5.0');
  });
});

it.each([
  ['--record', 'session.jsonl'],
  ['--replay', 'session.jsonl'],
  ['--trace', 'bus.txt'],
  ['--restart', 'always'],
  ['--execution', 'inline'],
])('refuses %s %s, which it would ignore', async (option, value) => {
  const parameters = ['app', option, value, ...(option === '--trace' ? ['--execution', 'inline'] : [])];
  await expect(runTopCommand(parameters, keepingIo().io)).rejects.toThrow(
    `${option}${option === '--execution' ? ' inline' : ''} is an option of kanchi run`,
  );
});
