import { expect, it } from 'vitest';
import {
  encodeSpiTransfers,
  SPI_IOC_RD_MODE,
  SPI_IOC_WR_BITS_PER_WORD,
  SPI_IOC_WR_MAX_SPEED_HZ,
  SPI_IOC_WR_MODE,
  spiMessageRequest,
  TRANSFER_BYTES,
} from './spi-abi.ts';

it('requests have the numbers that a C compiler makes of linux/spi/spidev.h', () => {
  // _IOR('k', 1, 1), _IOW('k', 1, 1), _IOW('k', 3, 1), _IOW('k', 4, 4).
  expect(
    [SPI_IOC_RD_MODE, SPI_IOC_WR_MODE, SPI_IOC_WR_BITS_PER_WORD, SPI_IOC_WR_MAX_SPEED_HZ].map((request) =>
      request.toString(16),
    ),
  ).toEqual(['80016b01', '40016b01', '40016b03', '40046b04']);
});

it('SPI_IOC_MESSAGE has the length of its transfers in 14 bits', () => {
  expect([1, 2, 511].map((count) => spiMessageRequest(count).toString(16))).toEqual([
    '40206b00',
    '40406b00',
    '7fe06b00',
  ]);
  expect(TRANSFER_BYTES).toBe(32);
});

it('struct spi_ioc_transfer, two of them, over what was there before', () => {
  const bytes = new Uint8Array(64).fill(0xff);
  encodeSpiTransfers(bytes, [
    {
      transmitAddress: 0x7f12_3456_0000n,
      receiveAddress: 0x7f12_3457_0000n,
      length: 4096,
      clockHz: 500_000,
      delayUs: 0,
    },
    { transmitAddress: 0n, receiveAddress: 0n, length: 0, clockHz: 8_000_000, delayUs: 65_535 },
  ]);
  // prettier-ignore
  expect([...bytes]).toEqual([
    0,
    0,
    0x56,
    0x34,
    0x12,
    0x7f,
    0,
    0, // tx_buf
    0,
    0,
    0x57,
    0x34,
    0x12,
    0x7f,
    0,
    0, // rx_buf
    0x00,
    0x10,
    0,
    0, // len
    0x20,
    0xa1,
    0x07,
    0x00, // speed_hz
    0,
    0,
    8,
    0, // delay_usecs, bits_per_word, cs_change
    0,
    0,
    0,
    0, // tx_nbits, rx_nbits, word_delay_usecs, pad
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0x00,
    0x12,
    0x7a,
    0x00,
    0xff,
    0xff,
    8,
    0,
    0,
    0,
    0,
    0,
  ]);
});
