import type { HalErrorCode } from '@kanchi/hal';
import { HalError, halErrorTable } from '@kanchi/hal';
import { describe, expect, it } from 'vitest';
import { readingReasons } from '../reading.ts';
import { reasonOfHalError } from './hal-reason.ts';

const reasonOf = (code: HalErrorCode) => reasonOfHalError(new HalError(code, 'test'));

describe('reasonOfHalError', () => {
  it('has a reason for every error code of the HAL', () => {
    for (const code of Object.keys(halErrorTable) as HalErrorCode[]) {
      expect(readingReasons).toContain(reasonOf(code));
    }
  });

  it.each([
    ['HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'not-present'],
    ['HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', 'not-present'],
    ['HAL_DISCONNECTED', 'not-present'],
    ['HAL_NO_SUCH_DEVICE', 'not-present'],
    ['HAL_I2C_NO_ACKNOWLEDGE_DATA', 'nack'],
    ['HAL_TIMEOUT', 'timeout'],
    ['HAL_UART_PARITY', 'crc'],
    ['HAL_I2C_BUS', 'unavailable'],
    ['HAL_OTHER', 'unavailable'],
  ] as const)('says that %s is %s', (code, reason) => {
    expect(reasonOf(code)).toBe(reason);
  });

  it('never gives a reason that only a part or a reader can know', () => {
    const given = new Set((Object.keys(halErrorTable) as HalErrorCode[]).map(reasonOf));
    for (const reason of ['stale', 'warming-up', 'off', 'out-of-range'] as const) {
      expect(given).not.toContain(reason);
    }
  });
});
