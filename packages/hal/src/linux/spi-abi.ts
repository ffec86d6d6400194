/** Requests of spidev (include/uapi/linux/spi/spidev.h). */
export const SPI_IOC_WR_MODE = 0x40016b01;
export const SPI_IOC_RD_MODE = 0x80016b01;
export const SPI_IOC_WR_BITS_PER_WORD = 0x40016b03;
export const SPI_IOC_WR_MAX_SPEED_HZ = 0x40046b04;
export const TRANSFER_BYTES = 32;

/** SPI_IOC_MESSAGE(n): the size of the argument is part of the request. */
export function spiMessageRequest(count: number): number {
  return 0x40006b00 + TRANSFER_BYTES * count * 0x1_0000;
}

/** `struct spi_ioc_transfer`; an address of 0 sends zeros, or drops what arrives. */
export interface SpiTransfer {
  readonly transmitAddress: bigint;
  readonly receiveAddress: bigint;
  readonly length: number;
  readonly clockHz: number;
  readonly delayUs: number;
}

export function encodeSpiTransfers(bytes: Uint8Array, transfers: readonly SpiTransfer[]): void {
  bytes.fill(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  transfers.forEach((transfer, index) => {
    const at = index * TRANSFER_BYTES;
    view.setBigUint64(at, transfer.transmitAddress, true);
    view.setBigUint64(at + 8, transfer.receiveAddress, true);
    view.setUint32(at + 16, transfer.length, true);
    view.setUint32(at + 20, transfer.clockHz, true);
    view.setUint16(at + 24, transfer.delayUs, true);
    view.setUint8(at + 26, 8);
  });
}
