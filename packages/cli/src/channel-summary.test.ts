import { ChannelLog } from '@kanchi/sensor-framework';
import { describe, expect, it } from 'vitest';
import { channelSummary, summaryHead } from './channel-summary.ts';

const channel = { name: 'temperature', unit: 'degC' };

function logOf(results: readonly (number | 'crc' | 'timeout')[]): ChannelLog {
  const log = new ChannelLog(channel);
  for (const [index, result] of results.entries()) {
    const capture = {
      channel: channel.name,
      unit: channel.unit,
      sequence: index + 1,
      capturedNs: BigInt(index) * 1_000_000_000n,
      capturedWallNs: 1_800_000_000_000_000_000n + BigInt(index) * 1_000_000_000n,
    };
    log.record(typeof result === 'number' ? { ...capture, value: result } : { ...capture, reason: result });
  }
  return log;
}

describe('the summary of a channel', () => {
  it('has extremes, the last value, and each reason with its count and the time of the last one', () => {
    const row = channelSummary('air', logOf([21, 'crc', 19.12345, 'timeout', 'crc', 20]).snapshot());
    expect(row).toEqual([
      'air',
      'temperature',
      '19.123',
      '21',
      'degC',
      '20',
      '3',
      'timeout 1, crc 2',
      '2027-01-15T08:00:04.000Z',
    ]);
    expect(row).toHaveLength(summaryHead.length);
  });

  it('invents no number for a channel that never had a value, and no reason for one that always had', () => {
    expect(channelSummary('air', logOf(['crc']).snapshot()).slice(2, 8)).toEqual([
      '-',
      '-',
      'degC',
      '-',
      '0',
      'crc 1',
    ]);
    expect(channelSummary('air', logOf([1]).snapshot()).slice(6)).toEqual(['1', '0', '']);
  });
});
