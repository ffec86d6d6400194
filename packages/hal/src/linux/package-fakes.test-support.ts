import type { VirtualClock } from '../mock/virtual-clock.ts';
import type { I2cPackage, I2cPackageHandle } from './i2c-package-bus.ts';
import type { SpiPackage, SpiPackageHandle, SpiPackageTransfer } from './spi-package-device.ts';

/** An error as the compiled part of a package throws it (seen with i2c-bus 5.2.3 and spi-device 3.1.2): the number is positive. */
export function nativeError(errno: number, syscall: string, code = ''): Error {
  return Object.assign(new Error(`${code}, the system's text`), { code, errno, syscall });
}

/** An error as `node:fs` throws it, which the packages use for some calls: the number is negative. */
export function fileError(errno: number, syscall: string, code: string): Error {
  return Object.assign(new Error(`${code}: the system's text, ${syscall}`), { code, errno: -errno, syscall });
}

const EREMOTEIO = 121;
const EBUSY = 16;

/** What the package has open for one address; the kernel's own idea of the address is another thing. */
interface Descriptor {
  address: number;
}

/**
 * The package `i2c-bus` with its faults: it opens nothing until it is used, opens again after it was closed, and keeps the
 * descriptor of an address that the kernel refused, which then has the general call's address.
 */
export class FakeI2cPackage implements I2cPackage {
  /** 256 bytes behind a pointer of one byte, at this address. */
  readonly memory = new Uint8Array(256);
  readonly memoryAddress = 0x50;
  /** Addresses that a driver of the kernel has. */
  readonly kernelAddresses = new Set<number>();
  /** Every address that something was sent to. */
  readonly reached: number[] = [];
  openDescriptors = 0;
  /** The next transfer fails with this. */
  failure: Error | undefined;
  /** Bytes that the next transfers do at most. */
  longestTransfer = Number.POSITIVE_INFINITY;
  #pointer = 0;

  openSync(): I2cPackageHandle {
    const descriptors = new Map<number, Descriptor>();
    const descriptorOf = (address: number): Descriptor => {
      const open = descriptors.get(address);
      if (open !== undefined) return open;
      this.openDescriptors += 1;
      // i2c-dev starts with address 0.
      const descriptor = { address: 0 };
      descriptors.set(address, descriptor);
      if (this.kernelAddresses.has(address)) throw nativeError(EBUSY, 'setAddrSync', 'EBUSY');
      descriptor.address = address;
      return descriptor;
    };
    const checkBuffer = (buffer: Uint8Array): void => {
      if (!Buffer.isBuffer(buffer)) throw new Error(`Invalid buffer ${String(buffer)}`);
    };
    const reach = (address: number, error: (number: number) => Error): void => {
      const descriptor = descriptorOf(address);
      this.reached.push(descriptor.address);
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      if (descriptor.address !== this.memoryAddress) throw error(EREMOTEIO);
    };
    return {
      i2cReadSync: (address, length, buffer) => {
        checkBuffer(buffer);
        reach(address, (number) => fileError(number, 'read', 'EREMOTEIO'));
        return this.#read(buffer.subarray(0, length));
      },
      i2cWriteSync: (address, length, buffer) => {
        checkBuffer(buffer);
        reach(address, (number) => fileError(number, 'write', 'EREMOTEIO'));
        const [pointer = this.#pointer, ...rest] = buffer.subarray(0, length);
        this.#pointer = pointer;
        for (const byte of rest) this.#store(byte);
        return Math.min(length, this.longestTransfer);
      },
      readI2cBlockSync: (address, command, length, buffer) => {
        checkBuffer(buffer);
        if (length > 32) throw new Error(`Invalid buffer length ${length}`);
        reach(address, (number) => nativeError(number, 'readI2cBlockSync'));
        this.#pointer = command;
        return this.#read(buffer.subarray(0, length));
      },
      writeQuickSync: (address) => {
        reach(address, (number) => nativeError(number, 'writeQuickSync'));
      },
      closeSync: () => {
        this.openDescriptors -= descriptors.size;
        descriptors.clear();
      },
    };
  }

  /** Throws when something is open, or a reserved address was reached. */
  checkClean(): void {
    const reserved = this.reached.filter((address) => address < 0x08 || address > 0x77);
    if (this.openDescriptors === 0 && reserved.length === 0) return;
    throw new Error(`${this.openDescriptors} descriptors are open, reached: ${reserved.join(', ')}`);
  }

  #read(target: Uint8Array): number {
    const count = Math.min(target.length, this.longestTransfer);
    for (let index = 0; index < count; index += 1) {
      target[index] = this.memory[this.#pointer] as number;
      this.#pointer = (this.#pointer + 1) % 256;
    }
    return count;
  }

  #store(byte: number): void {
    this.memory[this.#pointer] = byte;
    this.#pointer = (this.#pointer + 1) % 256;
  }
}

/** The package `spi-device` with MOSI and MISO joined. */
export class FakeSpiPackage implements SpiPackage {
  readonly messages: SpiPackageTransfer[][] = [];
  openDevices = 0;
  /** Thrown by the next call. */
  failure: Error | undefined;
  /** The mode that the controller takes, whatever it is asked for. */
  modeTaken: number | undefined;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  openSync(_bus: number, _device: number, { mode }: { readonly mode: number }): SpiPackageHandle {
    this.#fail();
    this.openDevices += 1;
    return {
      getOptionsSync: () => ({ mode: this.modeTaken ?? mode }),
      transferSync: (message) => {
        this.#fail();
        this.messages.push(message);
        for (const { byteLength, sendBuffer, receiveBuffer, microSecondDelay } of message) {
          if (!Buffer.isBuffer(sendBuffer) || !Buffer.isBuffer(receiveBuffer)) throw new Error('no Buffer');
          sendBuffer.copy(receiveBuffer, 0, 0, byteLength);
          this.#clock.spend(BigInt(microSecondDelay) * 1000n);
        }
      },
      closeSync: () => {
        this.openDevices -= 1;
      },
    };
  }

  /** Throws when something is open. */
  checkClean(): void {
    if (this.openDevices > 0) throw new Error(`${this.openDevices} devices are open`);
  }

  #fail(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
