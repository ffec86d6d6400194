import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, type I2cOperation } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { I2C_OPERATION_BYTES, I2C_TRANSACTION_BYTES } from './limits.ts';
import { SysError, type SysFiles } from './sys.ts';

/** Throws HAL_BAD_ARGUMENT or HAL_TOO_LONG for what no bus of the kernel takes, before anything moves. */
export function checkI2cTransaction(
  bus: number,
  address: number,
  operations: readonly I2cOperation[],
  maxOperations: number,
): void {
  const details = { bus, address };
  if (!Number.isInteger(address) || address < I2C_FIRST_ADDRESS || address > I2C_LAST_ADDRESS) {
    throw new HalError('HAL_BAD_ARGUMENT', `I2C addresses are 0x08 to 0x77, not ${address}`, { details });
  }
  if (operations.length === 0 || operations.length > maxOperations) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `an I2C transaction has 1 to ${maxOperations} operations, not ${operations.length}`,
      { details: { ...details, limit: 'maxOperations', value: maxOperations } },
    );
  }
  let total = 0;
  for (const operation of operations) {
    const length = operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
    total += length;
    if (operation.kind === 'read' && length === 0) {
      throw new HalError('HAL_BAD_ARGUMENT', 'an I2C read of 0 bytes', { details });
    }
    if (length > I2C_OPERATION_BYTES) {
      throw tooLong(details, 'maxOperationBytes', I2C_OPERATION_BYTES, length);
    }
  }
  if (total > I2C_TRANSACTION_BYTES) {
    throw tooLong(details, 'I2C_TRANSACTION_BYTES', I2C_TRANSACTION_BYTES, total);
  }
}

/** Throws HAL_NO_SUCH_DEVICE with what to do. */
export function checkI2cNode(files: SysFiles, bus: number): void {
  const path = `/dev/i2c-${bus}`;
  if (files.exists(path)) return;
  const advice =
    bus === 1
      ? 'on a Raspberry Pi write "dtparam=i2c_arm=on" in /boot/firmware/config.txt and start it again, and load the module i2c-dev'
      : 'load the module i2c-dev, and see /dev for the buses that there are';
  throw new HalError('HAL_NO_SUCH_DEVICE', `there is no ${path}; ${advice}`, {
    details: { bus },
    errno: 'ENOENT',
  });
}

/** For the error: which driver of the kernel has an address, and how to take it away. */
export function i2cDriverOf(files: SysFiles, bus: number, address: number): string {
  const device = `${bus}-${address.toString(16).padStart(4, '0')}`;
  const link = `/sys/bus/i2c/devices/${device}/driver`;
  const advice = `to use the address here: echo ${device} > /sys/bus/i2c/drivers/<driver>/unbind`;
  try {
    const name = files.realPath(link).split('/').at(-1);
    return `the kernel's driver ${name}; ${advice.replace('<driver>', name ?? '<driver>')}`;
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return `a driver of the kernel; ${advice}`;
  }
}

export function i2cAddressName(bus: number, address: number): string {
  return `I2C bus ${bus}, address 0x${address.toString(16).padStart(2, '0')}`;
}

function tooLong(
  details: { bus: number; address: number },
  limit: string,
  value: number,
  length: number,
): HalError {
  return new HalError('HAL_TOO_LONG', `${length} bytes in an I2C transfer, at most ${value}`, {
    details: { ...details, limit, value },
  });
}
