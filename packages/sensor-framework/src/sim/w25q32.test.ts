import { millisecondsToNs, spiTransfer } from '@kanchi/hal';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeWith } from './chip-transfers.test-support.ts';
import { W25q32 } from './w25q32.ts';

const PROGRAM_NS = millisecondsToNs(3);
const SECTOR_ERASE_NS = millisecondsToNs(400);

function setUp() {
  const clock = new VirtualClock();
  const chip = new W25q32({ clock });
  const send = (...bytes: number[]) => exchangeWith(chip, ...bytes);
  const address = (at: number) => [(at >> 16) & 0xff, (at >> 8) & 0xff, at & 0xff];
  return {
    chip,
    clock,
    send,
    status: () => send(0x05, 0)[1],
    read: (at: number, count: number) =>
      send(0x03, ...address(at), ...Array.from({ length: count }, () => 0)).slice(4),
    program: (at: number, ...bytes: number[]) => {
      send(0x06);
      send(0x02, ...address(at), ...bytes);
    },
    erase: (instruction: number, at: number) => {
      send(0x06);
      send(instruction, ...address(at));
    },
  };
}

describe('W25q32 identity', () => {
  it('is EF 40 16, and nothing after it', () => {
    expect(setUp().send(0x9f, 0, 0, 0, 0)).toEqual([0xff, 0xef, 0x40, 0x16, 0xff]);
  });

  it('is manufacturer and device by 90h, the other way round from address 1', () => {
    const { send } = setUp();
    expect(send(0x90, 0, 0, 0, 0, 0, 0).slice(4)).toEqual([0xef, 0x15, 0xef]);
    expect(send(0x90, 0, 0, 1, 0, 0).slice(4)).toEqual([0x15, 0xef]);
  });

  it('is the device alone by ABh', () => {
    expect(setUp().send(0xab, 0, 0, 0, 0, 0).slice(4)).toEqual([0x15, 0x15]);
  });
});

describe('W25q32 reading', () => {
  it('gives ones from new cells, the instruction and its address being answered by nobody', () => {
    expect(setUp().send(0x03, 0, 0, 0, 0)).toEqual([0xff, 0xff, 0xff, 0xff, 0xff]);
  });

  it('goes on from the last byte with the first, and has no more than 22 bits of address', () => {
    const { clock, program, read } = setUp();
    program(0x3f_ffff, 0x12);
    clock.spend(PROGRAM_NS);
    program(0x00_0000, 0x34);
    clock.spend(PROGRAM_NS);
    expect(read(0x3f_ffff, 3)).toEqual([0x12, 0x34, 0xff]);
    expect(read(0xff_ffff, 2)).toEqual([0x12, 0x34]);
  });

  it('fast has a byte of pause after the address', () => {
    const { clock, program, send } = setUp();
    program(0x00_0100, 0x56, 0x78);
    clock.spend(PROGRAM_NS);
    expect(send(0x0b, 0, 1, 0, 0, 0, 0).slice(4)).toEqual([0xff, 0x56, 0x78]);
  });
});

describe('W25q32 programming', () => {
  it('is busy for 3 ms, then the latch is down and the bytes are there', () => {
    const { clock, status, send, read } = setUp();
    expect(status()).toBe(0x00);
    send(0x06);
    expect(status()).toBe(0x02);
    send(0x02, 0x00, 0x10, 0x00, 0xde, 0xad);
    expect(status()).toBe(0x03);
    clock.spend(PROGRAM_NS - 1n);
    expect(status()).toBe(0x03);
    clock.spend(1n);
    expect(status()).toBe(0x00);
    expect(read(0x00_1000, 3)).toEqual([0xde, 0xad, 0xff]);
  });

  it('only turns ones into zeros', () => {
    const { clock, program, read } = setUp();
    program(0, 0b1100_1010, 0b0000_1111);
    clock.spend(PROGRAM_NS);
    program(0, 0b1010_1010, 0b1111_0000);
    clock.spend(PROGRAM_NS);
    expect(read(0, 2)).toEqual([0b1000_1010, 0b0000_0000]);
  });

  it('goes round in a page of 256 bytes; of more than 256 the last count', () => {
    const { clock, program, read } = setUp();
    program(0x00_02fe, 1, 2, 3, 4);
    clock.spend(PROGRAM_NS);
    expect(read(0x00_02fe, 3)).toEqual([1, 2, 0xff]);
    expect(read(0x00_0200, 3)).toEqual([3, 4, 0xff]);
    program(0x00_0400, ...Array.from({ length: 258 }, (_, index) => (index < 256 ? 0xaa : 0x55)));
    clock.spend(PROGRAM_NS);
    expect(read(0x00_0400, 3)).toEqual([0x55, 0x55, 0xaa]);
  });

  it('does nothing without the latch, without a byte, or after write disable', () => {
    const { clock, send, status, read } = setUp();
    send(0x02, 0, 0, 0, 0x00);
    expect(status()).toBe(0x00);
    send(0x06);
    send(0x02, 0, 0, 0);
    expect(status()).toBe(0x02);
    send(0x04);
    send(0x02, 0, 0, 0, 0x00);
    clock.spend(PROGRAM_NS);
    expect(read(0, 1)).toEqual([0xff]);
  });

  it('takes write enable of exactly one byte', () => {
    const { send, status } = setUp();
    send(0x06, 0x00);
    expect(status()).toBe(0x00);
  });
});

describe('W25q32 erasing', () => {
  it.each([
    // Instruction, address, first and last byte that are erased (section 6, figure of the memory), time.
    [0x20, 0x01_2345, 0x01_2000, 0x01_2fff, 400],
    [0x52, 0x01_2345, 0x01_0000, 0x01_7fff, 1600],
    [0xd8, 0x01_2345, 0x01_0000, 0x01_ffff, 2000],
  ])('by %i takes all of its block and no more', (instruction, at, first, last, durationMs) => {
    const { clock, program, erase, read, status } = setUp();
    for (const place of [first - 1, first, last, last + 1]) {
      program(place, 0x00);
      clock.spend(PROGRAM_NS);
    }
    erase(instruction, at);
    clock.spend(millisecondsToNs(durationMs) - 1n);
    expect(status()).toBe(0x03);
    clock.spend(1n);
    expect(status()).toBe(0x00);
    expect(read(first - 1, 2)).toEqual([0x00, 0xff]);
    expect(read(last, 2)).toEqual([0xff, 0x00]);
  });

  it.each([0x60, 0xc7])('of the chip by %i takes everything, 50 s', (instruction) => {
    const { clock, program, send, read, status } = setUp();
    program(0x00_0000, 0x00);
    clock.spend(PROGRAM_NS);
    program(0x3f_ff00, 0x00);
    clock.spend(PROGRAM_NS);
    send(0x06);
    send(instruction);
    clock.spend(millisecondsToNs(50_000) - 1n);
    expect(status()).toBe(0x03);
    clock.spend(1n);
    expect([...read(0, 1), ...read(0x3f_ff00, 1)]).toEqual([0xff, 0xff]);
  });

  it('needs the latch and exactly three bytes of address', () => {
    const { clock, program, send, read, status } = setUp();
    program(0, 0x00);
    clock.spend(PROGRAM_NS);
    send(0x20, 0, 0, 0);
    send(0x06);
    send(0x20, 0, 0);
    send(0x20, 0, 0, 0, 0);
    expect(status()).toBe(0x02);
    expect(read(0, 1)).toEqual([0x00]);
  });
});

describe('W25q32 while busy', () => {
  it('answers the status registers and ignores all else', () => {
    const { clock, erase, send, read, status } = setUp();
    erase(0x20, 0);
    expect(send(0x9f, 0, 0, 0)).toEqual([0xff, 0xff, 0xff, 0xff]);
    expect(send(0x35, 0)[1]).toBe(0x00);
    send(0x04);
    send(0x02, 0, 0, 0, 0x00);
    expect(status()).toBe(0x03);
    clock.spend(SECTOR_ERASE_NS);
    expect(read(0, 1)).toEqual([0xff]);
  });

  it('shows the end of it within one read of the status', () => {
    const { chip, clock, erase } = setUp();
    erase(0x20, 0);
    chip.select();
    chip.exchange(0x05);
    const before = chip.exchange(0);
    clock.spend(SECTOR_ERASE_NS);
    expect([before, chip.exchange(0)]).toEqual([0x03, 0x00]);
    chip.deselect();
  });
});

describe('W25q32 power', () => {
  it('down answers release only, which takes 3 us', () => {
    const { clock, send } = setUp();
    send(0xb9);
    expect(send(0x9f, 0)).toEqual([0xff, 0xff]);
    expect(send(0x05, 0)).toEqual([0xff, 0xff]);
    expect(send(0xab, 0, 0, 0, 0)[4]).toBe(0x15);
    expect(send(0x9f, 0)).toEqual([0xff, 0xff]);
    clock.spend(3000n);
    expect(send(0x9f, 0)).toEqual([0xff, 0xef]);
  });

  it('that comes back finds the cells, the latch down, and writing locked for 5 ms', () => {
    const { chip, clock, program, send, status, read } = setUp();
    program(0, 0x12);
    clock.spend(PROGRAM_NS);
    send(0x06);
    chip.reset();
    expect(status()).toBe(0x00);
    expect(read(0, 1)).toEqual([0x12]);
    clock.spend(millisecondsToNs(5) - 1n);
    send(0x06);
    expect(status()).toBe(0x00);
    clock.spend(1n);
    send(0x06);
    expect(status()).toBe(0x02);
  });

  it('that is lost while busy leaves the cells as they were', () => {
    const { chip, clock, program, read, status } = setUp();
    program(0, 0x00);
    chip.reset();
    clock.spend(PROGRAM_NS);
    expect(status()).toBe(0x00);
    expect(read(0, 1)).toEqual([0xff]);
  });
});

describe('W25q32 with anything', () => {
  it('sends bytes whatever it is sent, and has no quantities', () => {
    const clock = new VirtualClock();
    expect(() => new W25q32({ clock, world: { size: 1 } })).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_QUANTITY' }),
    );
    const instruction = fc.constantFrom(
      0x02,
      0x03,
      0x04,
      0x05,
      0x06,
      0x0b,
      0x20,
      0x52,
      0x60,
      0x90,
      0x9f,
      0xab,
      0xb9,
      0xc7,
      0xd8,
      0x00,
      0xff,
    );
    const byte = fc.integer({ min: 0, max: 255 });
    const step = fc.record({
      bytes: fc.tuple(instruction, fc.array(byte, { maxLength: 8 })),
      waitMs: fc.integer({ min: 0, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { clock: time, send } = setUp();
        for (const { bytes, waitMs } of steps) {
          for (const answer of send(bytes[0], ...bytes[1])) expect(answer).toBe(answer & 0xff);
          time.spend(millisecondsToNs(waitMs));
        }
      }),
    );
  });

  it('is read on a mock board at the speed of its bus', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    board.attachSpiChip(0, 0, new W25q32({ clock }));
    const device = board.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'test', clockHz: 1_000_000 });
    const id = new Uint8Array(4);
    spiTransfer(device, Uint8Array.of(0x9f, 0, 0, 0), id);
    expect([...id]).toEqual([0xff, 0xef, 0x40, 0x16]);
    expect(clock.nowNs()).toBe(32_000n);
    device.close();
  });
});
