export type { I2cChip, MmioBlock, SpiChip, UartLink, UartPeer } from './chip.ts';
