import type { WorldClock } from '../contract/clock.ts';
import type { I2cBus, I2cBusRequest, I2cCapabilities, I2cOperation } from '../contract/i2c.ts';
import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import type { HandleSet } from '../handle-set.ts';
import { closedError } from '../handle-set.ts';
import type { I2cChip } from './chip.ts';
import type { FaultSet } from './fault-set.ts';
import { I2cTransfer } from './i2c-transfer.ts';
import { checkLimit } from './limit.ts';
import type { Trace } from './trace.ts';

export interface MockI2cOptions {
  /** Bus clock, hertz. Default 100 000 (standard mode, UM10204 section 3.1). */
  readonly clockHz?: number;
  /** Longest operation, bytes. Default 8192, the limit of Linux i2c-dev (drivers/i2c/i2c-dev.c). */
  readonly maxOperationBytes?: number;
  /** Buses that exist from the start; others exist once a chip is attached. */
  readonly buses?: readonly number[];
  /** False makes every NACK HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN, as some controllers do. Default true. */
  readonly tellsAcknowledgeSource?: boolean;
  /** How long a held line or a stretched clock is waited for, nanoseconds. Default 1 s, as Linux adapters do. */
  readonly timeoutNs?: bigint;
}

/** I2C_RDWR_IOCTL_MAX_MSGS of include/uapi/linux/i2c-dev.h. */
const MAX_I2C_OPERATIONS = 42;
/** Longest message that Linux i2c-dev takes (drivers/i2c/i2c-dev.c). */
const MAX_I2C_OPERATION_BYTES = 8_192;
/** Fastest bus clock that can be modelled: ultra fast mode is 5 MHz (UM10204 section 3.2). */
const MAX_I2C_CLOCK_HZ = 5_000_000;

/** A place on a bus. An unplugged chip keeps its place and does not answer. */
export interface I2cSlot {
  readonly chip: I2cChip;
  plugged: boolean;
  /** End of the last write that the chip took; a late chip is busy from then on. */
  lastWriteNs: bigint | undefined;
  /** Register that the next read byte comes from, if the chip has an 8-bit register pointer. */
  pointer: number;
}

/** The wires of one simulated I2C bus and the chips on it. */
export class MockI2cWires {
  readonly bus: number;
  readonly name: string;
  readonly capabilities: I2cCapabilities;
  readonly bitNs: number;
  readonly timeoutNs: bigint;
  readonly clock: WorldClock;
  readonly trace: Trace;
  readonly faults: FaultSet;
  readonly traceSource: number;
  readonly #slots = new Map<number, I2cSlot>();
  #underWay: string | undefined;

  constructor(bus: number, options: MockI2cOptions, clock: WorldClock, trace: Trace, faults: FaultSet) {
    const clockHz = options.clockHz ?? 100_000;
    if (!(clockHz >= 1 && clockHz <= MAX_I2C_CLOCK_HZ)) {
      throw new HalError('HAL_BAD_ARGUMENT', `an I2C clock is 1 to ${MAX_I2C_CLOCK_HZ} Hz, not ${clockHz}`, {
        details: { clockHz },
      });
    }
    this.bus = bus;
    this.name = `i2c-${bus}`;
    this.bitNs = 1e9 / clockHz;
    this.timeoutNs = options.timeoutNs ?? 1_000_000_000n;
    this.clock = clock;
    this.trace = trace;
    this.faults = faults;
    this.traceSource = trace.number(this.name);
    this.capabilities = {
      maxOperationBytes: checkLimit(
        'maxOperationBytes',
        options.maxOperationBytes ?? MAX_I2C_OPERATION_BYTES,
        MAX_I2C_OPERATION_BYTES,
      ),
      maxOperations: MAX_I2C_OPERATIONS,
      tenBitAddresses: false,
      tellsAcknowledgeSource: options.tellsAcknowledgeSource ?? true,
    };
  }

  attach(address: number, chip: I2cChip): () => void {
    checkAddress(address);
    if (this.#slots.has(address)) {
      throw new HalError('HAL_BAD_ARGUMENT', `${this.name} has a chip at ${hexAddress(address)} already`, {
        details: { bus: this.bus, address },
      });
    }
    const slot: I2cSlot = { chip, plugged: true, lastWriteNs: undefined, pointer: 0 };
    this.#slots.set(address, slot);
    return () => {
      if (this.#slots.get(address) === slot) this.#slots.delete(address);
    };
  }

  slot(address: number): I2cSlot | undefined {
    return this.#slots.get(address);
  }

  addresses(): number[] {
    return [...this.#slots.keys()].sort((a, b) => a - b);
  }

  transaction(consumer: string, address: number, operations: readonly I2cOperation[]): void {
    checkAddress(address);
    this.#checkOperations(operations);
    if (this.#underWay !== undefined) {
      // Only a scheduled action that runs while the bus takes its time can come here.
      throw new HalError('HAL_BUSY', `${this.name} is in the middle of a transaction of ${this.#underWay}`, {
        details: { bus: this.bus, owner: this.#underWay },
        errno: 'EBUSY',
      });
    }
    this.#underWay = consumer;
    try {
      new I2cTransfer(this, address).run(operations);
    } finally {
      this.#underWay = undefined;
    }
  }

  #checkOperations(operations: readonly I2cOperation[]): void {
    const { maxOperations, maxOperationBytes } = this.capabilities;
    if (operations.length === 0 || operations.length > maxOperations) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a transaction has 1 to ${maxOperations} operations, not ${operations.length}`,
        { details: { bus: this.bus, limit: 'maxOperations', value: maxOperations }, errno: 'EINVAL' },
      );
    }
    for (const operation of operations) {
      const length = operation.kind === 'read' ? operation.buffer.length : operation.bytes.length;
      if (length > maxOperationBytes) {
        throw new HalError(
          'HAL_TOO_LONG',
          `an operation of ${length} bytes is over maxOperationBytes of ${this.name}, ${maxOperationBytes}`,
          {
            details: { bus: this.bus, limit: 'maxOperationBytes', value: maxOperationBytes },
            errno: 'EINVAL',
          },
        );
      }
      if (operation.kind === 'read' && length === 0) {
        throw new HalError('HAL_BAD_ARGUMENT', 'an I2C read has at least one byte', {
          details: { bus: this.bus },
          errno: 'EINVAL',
        });
      }
    }
  }
}

/** One consumer's handle on a bus. */
export class MockI2cBus implements I2cBus {
  readonly bus: number;
  readonly capabilities: I2cCapabilities;
  readonly description: string;
  readonly #wires: MockI2cWires;
  readonly #consumer: string;
  readonly #handles: HandleSet;
  #closed = false;

  constructor(wires: MockI2cWires, request: I2cBusRequest, handles: HandleSet) {
    this.bus = wires.bus;
    this.capabilities = wires.capabilities;
    this.description = `i2c ${wires.name} (${request.consumer})`;
    this.#wires = wires;
    this.#consumer = request.consumer;
    this.#handles = handles;
    handles.add(this);
  }

  transaction(address: number, operations: readonly I2cOperation[]): void {
    if (this.#closed) throw closedError(this.description);
    this.#wires.transaction(this.#consumer, address, operations);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function hexAddress(address: number): string {
  return `0x${address.toString(16).padStart(2, '0')}`;
}

function checkAddress(address: number): void {
  if (!Number.isInteger(address) || address < I2C_FIRST_ADDRESS || address > I2C_LAST_ADDRESS) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `an I2C address is ${hexAddress(I2C_FIRST_ADDRESS)} to ${hexAddress(I2C_LAST_ADDRESS)}, not ${String(address)}`,
      { details: { address }, errno: 'EINVAL' },
    );
  }
}
