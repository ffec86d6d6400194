import { describe, expect, it } from 'vitest';
import type { MmioWindow } from '../contract/mmio.ts';
import { Bcm2835GpioBlock } from './bcm2835-gpio-block.ts';
import { MockBoard } from './board.ts';
import { codeOf, EventList } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

// Offsets as a driver author reads them in the datasheet, table 6-1.
const FSEL1 = 0x04;
const SET0 = 0x1c;
const SET1 = 0x20;
const CLR0 = 0x28;
const LEV0 = 0x34;
const LEV1 = 0x38;
const EDS0 = 0x40;

function setUp(): { board: MockBoard; registers: MmioWindow; write: MmioWindow['write'] } {
  const board = new MockBoard({ clock: new VirtualClock() });
  board.attachMmioBlock('/dev/gpiomem', new Bcm2835GpioBlock(board));
  const registers = board.openMmioWindow({
    device: '/dev/gpiomem',
    base: 0,
    byteLength: 0xb4,
    consumer: 'test',
  });
  return { board, registers, write: (offset, width, value) => registers.write(offset, width, value) };
}

describe('BCM2835 GPIO block', () => {
  it('makes an output with function select and moves it with set and clear', () => {
    const { board, registers } = setUp();
    registers.modify(FSEL1, 32, 0b111 << 21, 0b001 << 21);
    expect(board.line(17).direction()).toBe('output');
    registers.write(SET0, 32, 1 << 17);
    expect([board.line(17).level(), registers.read(LEV0, 32)]).toEqual([1, 1 << 17]);
    registers.write(CLR0, 32, 1 << 16);
    expect(board.line(17).level()).toBe(1);
    registers.write(CLR0, 32, 1 << 17);
    expect([board.line(17).level(), registers.read(LEV0, 32)]).toEqual([0, 0]);
  });

  it('remembers a set on an input until the line becomes an output', () => {
    const { board, registers } = setUp();
    registers.write(SET0, 32, 1 << 17);
    expect(board.line(17).level()).toBe(0);
    registers.write(FSEL1, 32, 0b001 << 21);
    expect(board.line(17).level()).toBe(1);
  });

  it('reaches the second bank and the highest bit, and ignores lines that do not exist', () => {
    const { board, registers } = setUp();
    registers.write(0x14, 32, 0xffff_ffff);
    registers.write(0x14, 32, 0b001 << 9);
    registers.write(0x0c, 32, 0b001 << 3);
    registers.write(SET1, 32, 0xffff_ffff);
    registers.write(SET0, 32, 0x8000_0000);
    expect(board.line(53).level()).toBe(1);
    expect(registers.read(LEV1, 32)).toBe(1 << 21);
    expect(registers.read(LEV0, 32)).toBe(0x8000_0000);
  });

  it('acts on the same lines as requested lines do, both ways', () => {
    const { board, registers } = setUp();
    using line = board.openGpioLine({ offset: 17, consumer: 'test', direction: 'output', initialLevel: 1 });
    expect(registers.read(FSEL1, 32)).toBe(0b001 << 21);
    expect(registers.read(LEV0, 32)).toBe(1 << 17);
    registers.write(CLR0, 32, 1 << 17);
    expect(line.read()).toBe(0);
    const sink = new EventList();
    using input = board.openGpioLine({ offset: 27, consumer: 'test', direction: 'input' });
    input.watch({ edges: 'rising', sink, token: 1 });
    board.wire(17, 27);
    registers.write(SET0, 32, 1 << 17);
    expect(sink.events.map(({ detail }) => detail)).toEqual([1]);
  });

  it('keeps an alternate function, which drives nothing', () => {
    const { board, registers } = setUp();
    registers.write(FSEL1, 32, 0b001 << 21);
    registers.write(SET0, 32, 1 << 17);
    registers.write(FSEL1, 32, 0b010 << 21);
    board.line(17).pull('down');
    expect([board.line(17).direction(), board.line(17).level()]).toEqual(['alternate', 0]);
    expect(registers.read(FSEL1, 32)).toBe(0b010 << 21);
  });

  it('pulls lines with the control and clock sequence', () => {
    const { board, write } = setUp();
    write(0x94, 32, 0b10);
    write(0x98, 32, 1 << 4);
    write(0x94, 32, 0);
    write(0x98, 32, 0);
    expect([board.line(4).level(), board.line(5).level()]).toEqual([1, 0]);
    write(0x94, 32, 0b01);
    write(0x98, 32, 1 << 4);
    expect(board.line(4).level()).toBe(0);
  });

  it('latches detected edges until they are cleared by writing 1', () => {
    const { board, registers } = setUp();
    registers.write(0x4c, 32, 1 << 22);
    board.line(22).drive(1);
    board.line(23).drive(1);
    expect(registers.read(EDS0, 32)).toBe(1 << 22);
    registers.write(EDS0, 32, 1 << 23);
    expect(registers.read(EDS0, 32)).toBe(1 << 22);
    registers.write(EDS0, 32, 1 << 22);
    board.line(22).drive(0);
    expect(registers.read(EDS0, 32)).toBe(0);
    registers.write(0x58, 32, 1 << 22);
    board.line(22).drive(1);
    board.line(22).drive(0);
    expect(registers.read(EDS0, 32)).toBe(1 << 22);
    registers.write(EDS0, 32, 0xffff_ffff);
    registers.write(0x4c, 32, 0);
    registers.write(0x58, 32, 0);
    board.line(22).drive(1);
    expect(registers.read(EDS0, 32)).toBe(0);
    expect(board.line(22).pad.listenerCount).toBe(0);
  });

  it('sets the event of a level again for as long as the level is there', () => {
    const { board, registers } = setUp();
    registers.write(0x64, 32, 1 << 22);
    expect(registers.read(EDS0, 32)).toBe(0);
    board.line(22).drive(1);
    registers.write(EDS0, 32, 1 << 22);
    expect(registers.read(EDS0, 32)).toBe(1 << 22);
    board.line(22).drive(0);
    registers.write(EDS0, 32, 1 << 22);
    expect(registers.read(EDS0, 32)).toBe(0);
  });

  it('takes accesses of 32 bits only, and reads 0 where the datasheet lists nothing', () => {
    const { registers } = setUp();
    expect(codeOf(() => registers.read(LEV0, 8))).toBe('HAL_NOT_SUPPORTED');
    registers.write(0x18, 32, 0xffff_ffff);
    expect(registers.read(0x18, 32)).toBe(0);
    expect(registers.read(SET0, 32)).toBe(0);
  });

  it('serves a chip with fewer lines', () => {
    const board = new MockBoard({ clock: new VirtualClock(), chips: [{ label: 'small', lineCount: 4 }] });
    board.attachMmioBlock('gpio', new Bcm2835GpioBlock(board, 'small'));
    using registers = board.openMmioWindow({ device: 'gpio', base: 0, byteLength: 0x40, consumer: 'test' });
    registers.write(0, 32, 0b001_001);
    registers.write(SET0, 32, 0xffff_ffff);
    expect(registers.read(LEV0, 32)).toBe(0b11);
    expect(codeOf(() => new Bcm2835GpioBlock(board, 'other'))).toBe('HAL_NO_SUCH_DEVICE');
  });
});
