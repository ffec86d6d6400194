import { describe, expect, it } from 'vitest';
import { i2cWriteRead } from '../contract/i2c.ts';
import { spiTransfer } from '../contract/spi.ts';
import { Bcm2835GpioBlock } from './bcm2835-gpio-block.ts';
import { MockBoard } from './board.ts';
import { codeOf, errorOf } from './mock.test-support.ts';
import { RegisterMapChip } from './register-map-chip.ts';
import { VirtualClock } from './virtual-clock.ts';

class IdentityChip extends RegisterMapChip {
  protected override onRead(register: number): number {
    return register === 0xd0 ? 0x60 : 0;
  }
}

/** Something of everything, on a board of its own. */
function runScene(capacity?: number): MockBoard {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock, ...(capacity === undefined ? {} : { trace: { capacity } }) });
  board.attachI2cChip(1, 0x76, new IdentityChip());
  board.declareSpiDevice(0, 0);
  board.attachMmioBlock('/dev/gpiomem', new Bcm2835GpioBlock(board));
  board.attachUartPeer('/dev/serial0', {
    connect: (link) => clock.schedule(0n, () => link.send(Uint8Array.of(0x24))),
    receive: () => {},
  });
  using line = board.openGpioLine({ offset: 17, consumer: 'scene', direction: 'output' });
  using bus = board.openI2cBus({ bus: 1, consumer: 'scene' });
  using device = board.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'scene', clockHz: 1_000_000 });
  using port = board.openUartPort({ port: '/dev/serial0', consumer: 'scene', baud: 9600 });
  using window = board.openMmioWindow({
    device: '/dev/gpiomem',
    base: 0,
    byteLength: 0x100,
    consumer: 'scene',
  });
  line.write(1);
  i2cWriteRead(bus, 0x76, Uint8Array.of(0xd0), new Uint8Array(1));
  errorOf(() => i2cWriteRead(bus, 0x77, Uint8Array.of(0xd0), new Uint8Array(1)));
  spiTransfer(device, Uint8Array.of(1), new Uint8Array(1));
  port.write(Uint8Array.of(0x0a), clock.nowNs());
  port.flush(clock.nowNs() + 10_000_000n);
  window.write(0x28, 32, 1 << 17);
  expect(window.read(0x34, 32)).toBe(0);
  return board;
}

describe('trace', () => {
  it('is the same text, byte for byte, in two runs', () => {
    const text = runScene().trace.toText();
    expect(runScene().trace.toText()).toBe(text);
    expect(text).toBe(
      [
        '0.000000000 pinctrl-mock/17 rise',
        '0.000100000 i2c-1 start 0x76 write ack',
        '0.000190000 i2c-1 write 0xd0 ack',
        '0.000290000 i2c-1 restart 0x76 read ack',
        '0.000380000 i2c-1 read 0x60 nack',
        '0.000390000 i2c-1 stop',
        '0.000490000 i2c-1 start 0x77 write nack',
        '0.000490000 i2c-1 error HAL_I2C_NO_ACKNOWLEDGE_ADDRESS 0x77',
        '0.000500000 i2c-1 stop',
        '0.000500000 spi0.0 select',
        '0.000508000 spi0.0 exchange 0x01 0xff',
        '0.000508000 spi0.0 deselect',
        '0.001041667 /dev/serial0 receive 0x24',
        '0.001549667 /dev/serial0 transmit 0x0a',
        '0.001549667 /dev/gpiomem write32 0x0028 0x00020000',
        '0.001549667 pinctrl-mock/17 fall',
        '0.001549667 /dev/gpiomem read32 0x0034 0x00000000',
        '',
      ].join('\n'),
    );
  });

  it('drops the oldest entries when full, and says how many', () => {
    const whole = runScene().trace.toText().split('\n');
    const { trace } = runScene(8);
    expect([trace.length, trace.droppedCount]).toEqual([8, 9]);
    expect(trace.toText().split('\n')).toEqual(['# 9 older entries were dropped', ...whole.slice(9)]);
    trace.clear();
    expect([trace.length, trace.droppedCount, trace.toText()]).toEqual([0, 0, '']);
  });

  it('exports a value change dump with a wire per line and the bytes of the buses', () => {
    const dump = runScene().trace.toVcd().split('\n');
    expect(dump.slice(0, 4)).toEqual([
      '$timescale 1 ns $end',
      '$scope module board $end',
      '$var wire 1 ! pinctrl-mock_17 $end',
      '$var wire 1 " i2c-1_busy $end',
    ]);
    const changes = dump.slice(dump.indexOf('$enddefinitions $end') + 1);
    expect(changes.slice(0, 8)).toEqual([
      '#0',
      '1!',
      '#100000',
      '1"',
      'b11101100 #',
      '1$',
      '#190000',
      'b11010000 #',
    ]);
    const times = changes.filter((text) => text.startsWith('#')).map((text) => Number(text.slice(1)));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  it('refuses a capacity that it cannot have', () => {
    const clock = new VirtualClock();
    expect(codeOf(() => new MockBoard({ clock, trace: { capacity: 0 } }))).toBe('HAL_BAD_ARGUMENT');
    expect(codeOf(() => new MockBoard({ clock, trace: { capacity: 2 ** 25 } }))).toBe('HAL_BAD_ARGUMENT');
    expect(new MockBoard({ clock, trace: { capacity: 5 } }).trace.capacity).toBe(8);
  });

  it('leaves no handle open and touches no other board', () => {
    const first = runScene();
    const second = new MockBoard({ clock: new VirtualClock() });
    expect([first.openHandleCount(), second.openHandleCount(), second.trace.length]).toEqual([0, 0, 0]);
    expect(codeOf(() => second.openI2cBus({ bus: 1, consumer: 'test' }))).toBe('HAL_NO_SUCH_DEVICE');
  });
});
