import { HalError, type HalErrorCode } from '@kanchi/hal';

/** What to do about what hardware says; the rest of the errors say it themselves. */
const advice: Readonly<Partial<Record<HalErrorCode, string>>> = {
  HAL_I2C_NO_ACKNOWLEDGE_ADDRESS: 'check power, wires and address; kanchi scan shows who answers',
  HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN: 'check power, wires and address; kanchi scan shows who answers',
  HAL_I2C_NO_ACKNOWLEDGE_DATA: 'the device is there and did not take the bytes: see its datasheet',
  HAL_I2C_BUS: 'check the pull-ups, and whether a device holds SDA or SCL low',
  HAL_TIMEOUT: 'check the pull-ups, and whether a device holds SDA or SCL low',
  HAL_NO_SUCH_DEVICE: 'kanchi doctor says what is enabled here',
  HAL_PERMISSION: 'kanchi doctor says which group is missing',
  HAL_NOT_SUPPORTED: 'kanchi doctor says what this machine can do',
};

/** Runs `use`; a HalError is told with the label that was used and with what to do. */
export function withAdvice<Result>(resource: string, use: () => Result): Result {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    const { code, message, details, errno } = error;
    const told = errno === undefined || message.includes(errno) ? '' : ` (${errno})`;
    const hint = advice[code];
    throw new HalError(code, `${resource}: ${message}${told}${hint === undefined ? '' : `; ${hint}`}`, {
      details,
      cause: error,
      ...(errno === undefined ? {} : { errno }),
    });
  }
}
