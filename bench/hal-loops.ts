import type { I2cOperation, Level, SpiOperation } from '@kanchi/hal';
import type { HostLoop } from './bench-api.ts';
import { type BenchHardware, HOST_CHIP_SELECT, I2C_ADDRESS, I2C_BUS, MMIO_DEVICE } from './bench-hardware.ts';
import { halLoop } from './loops.ts';

/** What the guest's calls end in, called straight from JavaScript: no guest, no handle table, no permission check. */
export function createHalLoops({ board, line }: BenchHardware): HostLoop[] {
  const bus = board.openI2cBus({ bus: I2C_BUS, consumer: 'bench' });
  const window = board.openMmioWindow({ device: MMIO_DEVICE, base: 0, byteLength: 180, consumer: 'bench' });
  const operations: readonly I2cOperation[] = [
    { kind: 'write', bytes: Uint8Array.of(0x88) },
    { kind: 'read', buffer: new Uint8Array(2) },
  ];
  const device = board.openSpiDevice({ bus: 0, chipSelect: HOST_CHIP_SELECT, consumer: 'bench' });
  const exchange: readonly SpiOperation[] = [
    { kind: 'transfer', bytes: new Uint8Array(64), buffer: new Uint8Array(64) },
  ];
  return [
    {
      name: halLoop('GPIO write'),
      run: (count) => {
        for (let turn = 0; turn < count; turn += 1) line.write((turn & 1) as Level);
      },
    },
    {
      name: halLoop('GPIO read'),
      run: (count) => {
        for (let turn = 0; turn < count; turn += 1) line.read();
      },
    },
    {
      name: halLoop('I2C write_read, 1 + 2 bytes'),
      run: (count) => {
        for (let turn = 0; turn < count; turn += 1) bus.transaction(I2C_ADDRESS, operations);
      },
    },
    {
      name: halLoop('SPI transfer, 64 bytes'),
      run: (count) => {
        for (let turn = 0; turn < count; turn += 1) device.transaction(exchange);
      },
    },
    {
      name: halLoop('MMIO write32'),
      run: (count) => {
        for (let turn = 0; turn < count; turn += 1) {
          window.write((turn & 1) !== 0 ? 0x1c : 0x28, 32, 2 ** 27);
        }
      },
    },
  ];
}
