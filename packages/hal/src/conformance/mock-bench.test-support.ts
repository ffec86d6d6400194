import type { WorldClock } from '../contract/clock.ts';
import type { PwmPolarity, PwmState } from '../contract/pwm.ts';
import type { UartLink, UartPeer } from '../mock/index.ts';
import { MockBoard, RegisterMapChip } from '../mock/index.ts';

/** What is wired on the simulated test bench. The numbers are the bench's own. */
export const benchWiring = {
  freeLine: 22,
  loopbackOutput: 20,
  loopbackInput: 21,
  i2cBus: 1,
  memoryAddress: 0x50,
  absentAddress: 0x51,
  spiBus: 0,
  chipSelect: 0,
  port: 'bench-serial',
  baud: 115_200,
  registers: 'bench-registers',
  registerBytes: 64,
  pwmChannel: 1,
  pwmChannelCount: 2,
} as const;

export interface MockBench {
  readonly board: MockBoard;
  /** Bytes that the serial peer got. */
  readonly received: number[];
  readonly send: (bytes: Uint8Array) => void;
  readonly disconnect: () => void;
  /** The serial peer is back and has got nothing. */
  readonly reconnect: () => void;
}

class MemoryChip extends RegisterMapChip {}

/** A board with a looped-back line, a memory chip, a looped-back SPI device, a serial peer and plain registers. */
export function createMockBench(clock: WorldClock): MockBench {
  const board = new MockBoard({
    clock,
    pwm: [{ label: 'bench-pwm', channelCount: benchWiring.pwmChannelCount }],
  });
  const received: number[] = [];
  let link: UartLink | undefined;
  const peer: UartPeer = {
    connect: (newLink) => {
      link = newLink;
    },
    receive: (bytes) => {
      received.push(...bytes);
    },
  };
  board.wire(benchWiring.loopbackOutput, benchWiring.loopbackInput);
  board.attachI2cChip(benchWiring.i2cBus, benchWiring.memoryAddress, new MemoryChip());
  board.attachSpiChip(benchWiring.spiBus, benchWiring.chipSelect, {
    select: () => {},
    exchange: (value) => value,
    deselect: () => {},
  });
  board.attachUartPeer(benchWiring.port, peer);
  board.attachMmioBlock(benchWiring.registers, plainRegisters(benchWiring.registerBytes));
  return {
    board,
    received,
    send: (bytes) => link?.send(bytes),
    disconnect: () => link?.disconnect(),
    reconnect: () => {
      received.length = 0;
      board.replug({ on: 'uart', port: benchWiring.port });
    },
  };
}

/** What the bench's PWM output does, as the suite wants to be told. */
export function observedPwm(board: MockBoard): PwmState & { readonly polarity: PwmPolarity } {
  const { state, polarity } = board.pwm(benchWiring.pwmChannel);
  return { ...state, polarity };
}

/** Registers without side effects, for accesses of 8, 16 and 32 bits. */
function plainRegisters(byteLength: number): Parameters<MockBoard['attachMmioBlock']>[1] {
  const view = new DataView(new ArrayBuffer(byteLength));
  return {
    byteLength,
    widths: [8, 16, 32],
    read: (offset, width) => {
      if (width === 8) return view.getUint8(offset);
      return width === 16 ? view.getUint16(offset, true) : view.getUint32(offset, true);
    },
    write: (offset, width, value) => {
      if (width === 8) view.setUint8(offset, value);
      else if (width === 16) view.setUint16(offset, value, true);
      else view.setUint32(offset, value, true);
    },
  };
}
