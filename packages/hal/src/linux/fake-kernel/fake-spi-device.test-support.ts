import type { WorldClock } from '../../contract/clock.ts';
import { SysError } from '../sys.ts';
import {
  type FakeDevice,
  type FakeFile,
  type FakeIoctl,
  iocFields,
  ior,
  iow,
  viewOf,
} from './fake-file.test-support.ts';

const MAGIC = 'k'.charCodeAt(0);
/** linux/spi/spidev.h. */
const request = {
  readMode: ior(MAGIC, 1, 1),
  writeMode: iow(MAGIC, 1, 1),
  writeBits: iow(MAGIC, 3, 1),
  writeSpeed: iow(MAGIC, 4, 4),
} as const;
const TRANSFER_BYTES = 32;
/** ARCH_DMA_MINALIGN of arm64: what spidev_message rounds each transfer up to. */
const DMA_ALIGNMENT = 128;
const NS_PER_US = 1_000n;

export interface FakeSpiTransfer {
  readonly sent: readonly number[];
  readonly clockHz: number;
  readonly delayUs: number;
  readonly bits: number;
  readonly hasReceiveBuffer: boolean;
}

export interface FakeSpiOptions {
  readonly clock: WorldClock;
  /** Module parameter `bufsiz`. Default 4096. */
  readonly bufferBytes?: number;
  /** Modes that spi_setup refuses. */
  readonly refusedModes?: readonly number[];
  /** Modes that are taken as mode 0 without a word. */
  readonly ignoredModes?: readonly number[];
}

/** A chip select with spidev on top of it, MISO joined to MOSI. */
export class FakeSpiDevice implements FakeDevice {
  /** Messages, each with its transfers: chip select is held over one message. */
  readonly log: FakeSpiTransfer[][] = [];
  mode = 0;
  maxClockHz = 0;
  readonly #options: FakeSpiOptions;

  constructor(options: FakeSpiOptions) {
    this.#options = options;
  }

  open(): FakeFile {
    return { ioctl: (call) => this.#ioctl(call) };
  }

  #ioctl(call: FakeIoctl): number {
    const { request: wanted, argument, memory } = call;
    switch (wanted) {
      case request.readMode:
        memory.at(argument, 1)[0] = this.mode;
        return 0;
      case request.writeMode: {
        const mode = memory.at(argument, 1)[0] as number;
        if (mode > 3 || this.#options.refusedModes?.includes(mode) === true) throw invalid();
        this.mode = this.#options.ignoredModes?.includes(mode) === true ? 0 : mode;
        return 0;
      }
      case request.writeBits:
        // spi-bcm2835 has 8 bits only.
        if (memory.at(argument, 1)[0] !== 8) throw invalid();
        return 0;
      case request.writeSpeed: {
        const clockHz = viewOf(memory.at(argument, 4)).getUint32(0, true);
        if (clockHz === 0) throw invalid();
        this.maxClockHz = clockHz;
        return 0;
      }
      default:
        return this.#message(call);
    }
  }

  #message({ request: wanted, argument, memory }: FakeIoctl): number {
    const { direction, type, number, size } = iocFields(wanted);
    if (type !== MAGIC || number !== 0 || direction !== 1) throw new SysError('ENOTTY', 'ioctl');
    if (size % TRANSFER_BYTES !== 0) throw invalid();
    if (size === 0) return 0;
    const view = viewOf(memory.at(argument, size));
    const transfers = Array.from({ length: size / TRANSFER_BYTES }, (_, index) => {
      const at = index * TRANSFER_BYTES;
      const length = view.getUint32(at + 16, true);
      const buffer = (field: number): Uint8Array | undefined => {
        const address = view.getBigUint64(at + field, true);
        return address === 0n ? undefined : memory.at(address, length);
      };
      return {
        length,
        transmit: buffer(0),
        receive: buffer(8),
        clockHz: view.getUint32(at + 20, true),
        delayUs: view.getUint16(at + 24, true),
        bits: view.getUint8(at + 26),
        chipSelectChange: view.getUint8(at + 27),
      };
    });
    this.#checkRoom(transfers.map(({ length, transmit }) => (transmit === undefined ? 0 : length)));
    this.#checkRoom(transfers.map(({ length, receive }) => (receive === undefined ? 0 : length)));
    if (transfers.some(({ bits, chipSelectChange }) => bits !== 8 || chipSelectChange !== 0)) throw invalid();
    this.log.push(
      transfers.map(({ transmit, receive, length, clockHz, delayUs, bits }) => {
        const sent = transmit?.slice() ?? new Uint8Array(length);
        receive?.set(sent);
        this.#options.clock.spend(BigInt(delayUs) * NS_PER_US);
        return { sent: [...sent], clockHz, delayUs, bits, hasReceiveBuffer: receive !== undefined };
      }),
    );
    return transfers.reduce((total, { length }) => total + length, 0);
  }

  #checkRoom(lengths: readonly number[]): void {
    const total = lengths.reduce((sum, length) => sum + Math.ceil(length / DMA_ALIGNMENT) * DMA_ALIGNMENT, 0);
    if (total > (this.#options.bufferBytes ?? 4096)) throw new SysError('EMSGSIZE', 'ioctl');
  }
}

function invalid(): SysError {
  return new SysError('EINVAL', 'ioctl');
}
