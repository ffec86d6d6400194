/** Requests of i2c-dev (include/uapi/linux/i2c-dev.h) and flags of `struct i2c_msg` (include/uapi/linux/i2c.h). */
export const I2C_SLAVE = 0x703;
export const I2C_FUNCS = 0x705;
export const I2C_RDWR = 0x707;
/** Bit of the functions: plain I2C transactions. */
export const I2C_FUNC_I2C = 1;
const I2C_M_RD = 1;

export interface I2cMessage {
  readonly address: number;
  readonly isRead: boolean;
  readonly length: number;
  readonly bufferAddress: bigint;
}

/** Layout of `struct i2c_msg` and `struct i2c_rdwr_ioctl_data`, which hold pointers. */
export function i2cLayout(pointerBytes: 4 | 8) {
  return pointerBytes === 8
    ? { messageBytes: 16, bufferOffset: 8, dataBytes: 16, countOffset: 8 }
    : { messageBytes: 12, bufferOffset: 8, dataBytes: 8, countOffset: 4 };
}

export function encodeI2cMessages(
  bytes: Uint8Array,
  messages: readonly I2cMessage[],
  pointerBytes: 4 | 8,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { messageBytes, bufferOffset } = i2cLayout(pointerBytes);
  messages.forEach(({ address, isRead, length, bufferAddress }, index) => {
    const at = index * messageBytes;
    view.setUint16(at, address, true);
    view.setUint16(at + 2, isRead ? I2C_M_RD : 0, true);
    view.setUint16(at + 4, length, true);
    setPointer(view, at + bufferOffset, bufferAddress, pointerBytes);
  });
}

export function encodeI2cTransaction(
  bytes: Uint8Array,
  messagesAddress: bigint,
  count: number,
  pointerBytes: 4 | 8,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setPointer(view, 0, messagesAddress, pointerBytes);
  view.setUint32(i2cLayout(pointerBytes).countOffset, count, true);
}

function setPointer(view: DataView, offset: number, address: bigint, pointerBytes: 4 | 8): void {
  if (pointerBytes === 8) view.setBigUint64(offset, address, true);
  else view.setUint32(offset, Number(address), true);
}
