import type { I2cBus } from '@kanchi/hal';
import { i2cWriteRead } from '@kanchi/hal';
import type { RegisterRead } from './register-reads.ts';

/**
 * Reads a plan of `planRegisterReads` from an I2C part whose register pointer counts up; the result is indexed by the
 * register, 0 where the plan does not reach. Each range is a transaction of its own: the controller of the Raspberry Pi
 * takes one read, the last, in a combined transaction (drivers/i2c/busses/i2c-bcm2835.c). Blocks and throws as
 * `I2cBus.transaction` does.
 */
export function readRegisterImage(bus: I2cBus, address: number, plan: readonly RegisterRead[]): Uint8Array {
  const image = new Uint8Array(256);
  for (const { first, count } of plan) {
    i2cWriteRead(bus, address, Uint8Array.of(first), image.subarray(first, first + count));
  }
  return image;
}
