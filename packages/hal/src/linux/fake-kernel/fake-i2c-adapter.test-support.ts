import type { WorldClock } from '../../contract/clock.ts';
import { SysError } from '../sys.ts';
import { type FakeDevice, type FakeFile, type FakeIoctl, viewOf } from './fake-file.test-support.ts';
import type { FakeMemory } from './fake-memory.test-support.ts';

/** linux/i2c-dev.h. */
const request = { slave: 0x0703, functions: 0x0705, transaction: 0x0707 } as const;
const MAX_MESSAGES = 42;
/** i2cdev_ioctl_rdwr in drivers/i2c/i2c-dev.c. */
const MAX_MESSAGE_BYTES = 8192;
/** linux/i2c.h. */
const MESSAGE_READ = 0x0001;
const MESSAGE_TEN_BITS = 0x0010;
const FUNCTION_I2C = 0x0000_0001;
/** What an adapter that is emulated by the core offers besides: bytes, words and blocks of SMBus. */
const FUNCTION_SMBUS = 0x0eff_0008;
const LAST_SEVEN_BIT_ADDRESS = 0x7f;

/** A chip on the bus; false is no acknowledge. */
export interface FakeI2cChip {
  /** The address with the direction. */
  start(): boolean;
  write(byte: number): boolean;
  read(): number;
  stop(): void;
}

export interface FakeI2cMessage {
  readonly address: number;
  readonly flags: number;
  readonly bytes: readonly number[];
}

export interface FakeI2cAdapterOptions {
  readonly pointerBytes?: 4 | 8;
  /** An SMBus controller has none. Default true. */
  readonly doesPlainTransactions?: boolean;
  /** What bcm2835 answers to a read that is not last. Default false. */
  readonly readsOnlyLast?: boolean;
  /** What designware answers to a message without bytes. Default false. */
  readonly lacksEmptyMessages?: boolean;
}

/** An I2C controller with i2c-dev on top of it. */
export class FakeI2cAdapter implements FakeDevice {
  /** Messages whose address went out on the wires. */
  readonly log: FakeI2cMessage[] = [];
  /** Addresses that a driver of the kernel has. */
  readonly driverAddresses = new Set<number>();
  /** What the controller reports instead of doing the transaction: `EAGAIN` for lost arbitration, `ETIMEDOUT` for a stretched clock. */
  fault: string | undefined;
  /** How many messages it does of those that it was given, when it stops early without an error. */
  doneCount: number | undefined;
  readonly #options: FakeI2cAdapterOptions;
  readonly #chips = new Map<number, FakeI2cChip>();

  constructor(options: FakeI2cAdapterOptions = {}) {
    this.#options = options;
  }

  attach(address: number, chip: FakeI2cChip): void {
    this.#chips.set(address, chip);
  }

  open(): FakeFile {
    return { ioctl: (call) => this.#ioctl(call) };
  }

  #ioctl({ request: wanted, argument, memory }: FakeIoctl): number {
    switch (wanted) {
      case request.functions: {
        // An `unsigned long`.
        const bytes = memory.at(argument, this.#pointerBytes);
        const plain = this.#options.doesPlainTransactions === false ? 0 : FUNCTION_I2C;
        bytes.fill(0);
        viewOf(bytes).setUint32(0, plain | FUNCTION_SMBUS, true);
        return 0;
      }
      case request.slave:
        if (argument > BigInt(LAST_SEVEN_BIT_ADDRESS)) throw new SysError('EINVAL', 'ioctl');
        if (this.driverAddresses.has(Number(argument))) throw new SysError('EBUSY', 'ioctl');
        return 0;
      case request.transaction:
        return this.#transaction(argument, memory);
      default:
        throw new SysError('ENOTTY', 'ioctl');
    }
  }

  get #pointerBytes(): 4 | 8 {
    return this.#options.pointerBytes ?? 8;
  }

  /** `struct i2c_rdwr_ioctl_data`, then each `struct i2c_msg`: their size depends on the size of a pointer. */
  #transaction(argument: bigint, memory: FakeMemory): number {
    const wide = this.#pointerBytes === 8;
    const data = viewOf(memory.at(argument, wide ? 16 : 8));
    const pointer = (view: DataView, at: number): bigint =>
      wide ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
    const count = data.getUint32(wide ? 8 : 4, true);
    if (count === 0 || count > MAX_MESSAGES) throw new SysError('EINVAL', 'ioctl');
    const messageBytes = wide ? 16 : 12;
    const messages = viewOf(memory.at(pointer(data, 0), count * messageBytes));
    const parsed = Array.from({ length: count }, (_, index) => {
      const at = index * messageBytes;
      const length = messages.getUint16(at + 4, true);
      if (length > MAX_MESSAGE_BYTES) throw new SysError('EINVAL', 'ioctl');
      return {
        address: messages.getUint16(at, true),
        flags: messages.getUint16(at + 2, true),
        bytes: memory.at(pointer(messages, at + 8), length),
      };
    });
    this.#checkQuirks(parsed);
    return this.#transfer(parsed);
  }

  #checkQuirks(messages: readonly { flags: number; bytes: Uint8Array }[]): void {
    const isRead = ({ flags }: { flags: number }): boolean => (flags & MESSAGE_READ) !== 0;
    const refused =
      (this.#options.readsOnlyLast === true && messages.slice(0, -1).some(isRead)) ||
      (this.#options.lacksEmptyMessages === true && messages.some(({ bytes }) => bytes.length === 0));
    if (refused) throw new SysError('EOPNOTSUPP', 'ioctl');
  }

  #transfer(messages: readonly { address: number; flags: number; bytes: Uint8Array }[]): number {
    if (this.fault !== undefined) throw new SysError(this.fault, 'ioctl');
    const started = new Set<FakeI2cChip>();
    try {
      for (const { address, flags, bytes } of messages.slice(0, this.doneCount)) {
        // A controller without 10-bit addresses sends the lower 7 bits, and says nothing.
        const sent = (flags & MESSAGE_TEN_BITS) === 0 ? address : address & LAST_SEVEN_BIT_ADDRESS;
        const isRead = (flags & MESSAGE_READ) !== 0;
        this.log.push({ address: sent, flags, bytes: isRead ? [] : [...bytes] });
        const chip = this.#chips.get(sent);
        if (chip?.start() !== true) throw new SysError('EREMOTEIO', 'ioctl');
        started.add(chip);
        if (isRead) bytes.set(Array.from(bytes, () => chip.read()));
        else if (!bytes.every((byte) => chip.write(byte))) throw new SysError('EREMOTEIO', 'ioctl');
      }
    } finally {
      for (const chip of started) chip.stop();
    }
    return Math.min(this.doneCount ?? messages.length, messages.length);
  }
}

/** 24C02 data sheet: 256 bytes, pages of 8, a write cycle of 5 ms in which it does not acknowledge. */
const MEMORY_BYTES = 256;
const PAGE_BYTES = 8;
const WRITE_NS = 5_000_000n;

export class Fake24c02 implements FakeI2cChip {
  readonly bytes = new Uint8Array(MEMORY_BYTES).fill(0xff);
  readonly #clock: WorldClock;
  #pointer = 0;
  #busyUntilNs = 0n;
  /** Bytes of the write message under way; undefined before the pointer. */
  #page: { readonly at: number; readonly byte: number }[] | undefined;

  constructor(clock: WorldClock) {
    this.#clock = clock;
  }

  start(): boolean {
    // A start in the middle of a write throws its bytes away: only a stop begins the write cycle.
    this.#page = undefined;
    return this.#clock.nowNs() >= this.#busyUntilNs;
  }

  write(byte: number): boolean {
    if (this.#page === undefined) {
      this.#page = [];
      this.#pointer = byte;
      return true;
    }
    this.#page.push({ at: this.#pointer, byte });
    const page = this.#pointer - (this.#pointer % PAGE_BYTES);
    this.#pointer = page + ((this.#pointer + 1) % PAGE_BYTES);
    return true;
  }

  read(): number {
    const byte = this.bytes[this.#pointer] as number;
    this.#pointer = (this.#pointer + 1) % MEMORY_BYTES;
    return byte;
  }

  stop(): void {
    const page = this.#page ?? [];
    this.#page = undefined;
    if (page.length === 0) return;
    for (const { at, byte } of page) this.bytes[at] = byte;
    this.#busyUntilNs = this.#clock.nowNs() + WRITE_NS;
  }
}
