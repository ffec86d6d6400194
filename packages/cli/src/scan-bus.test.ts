import type { I2cBus, I2cOperation } from '@kanchi/hal';
import { HalError, type HalErrorCode } from '@kanchi/hal';
import { describe, expect, it } from 'vitest';
import { scanBus } from './scan-bus.ts';

/** A bus that answers as `answer` says; undefined acknowledges. */
function busWith(answer: (address: number, operation: I2cOperation) => HalErrorCode | undefined) {
  const asked: string[] = [];
  const bus: I2cBus = {
    bus: 1,
    capabilities: {
      maxOperationBytes: 32,
      maxOperations: 2,
      tenBitAddresses: false,
      tellsAcknowledgeSource: false,
    },
    transaction: (address, operations) => {
      const operation = operations[0] as I2cOperation;
      const length = operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
      asked.push(`0x${address.toString(16)} ${operation.kind} ${length}`);
      const code = answer(address, operation);
      if (code !== undefined) throw new HalError(code, `said ${code}`);
    },
    close: () => {},
    [Symbol.dispose]: () => {},
  };
  return { bus, asked };
}

describe('a scan of an I2C bus', () => {
  it('asks every address that is not reserved once, EEPROMs by a read', () => {
    const { bus, asked } = busWith(() => 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS');
    expect(scanBus(bus)).toEqual({ found: [], silentCount: 112, failures: [] });
    expect(asked).toHaveLength(112);
    expect(asked).toContain('0x8 write 0');
    expect(asked).toContain('0x77 write 0');
    expect(asked).toContain('0x50 read 1');
    expect(asked).toContain('0x37 read 1');
  });

  it('asks by a read where the controller cannot send an address alone', () => {
    const { bus } = busWith((address, { kind }) =>
      kind === 'write'
        ? 'HAL_NOT_SUPPORTED'
        : address === 0x48
          ? undefined
          : 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN',
    );
    expect(scanBus(bus).found).toEqual([0x48]);
  });

  it('tells what is neither an answer nor silence', () => {
    const { bus } = busWith((address) => (address === 0x20 ? 'HAL_TIMEOUT' : undefined));
    const { found, failures } = scanBus(bus);
    expect(found).toHaveLength(111);
    expect(failures).toEqual([{ address: 0x20, code: 'HAL_TIMEOUT', text: 'said HAL_TIMEOUT' }]);
  });
});
