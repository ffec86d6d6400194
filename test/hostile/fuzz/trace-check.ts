import type { TraceEntry } from '@kanchi/hal/mock';
import type { BoardFile, Direction, Granted, I2cDevice } from './granted.ts';

/** One operation of an I2C transaction as the bus saw it. */
interface BusOperation {
  readonly direction: Direction;
  readonly bytes: number[];
}

interface BusTransaction {
  readonly bus: string;
  readonly address: number;
  readonly acknowledged: boolean;
  readonly operations: BusOperation[];
}

/** Ten lines of three bits in each of the function select registers; 32 lines in each register of one bit a line (BCM2835 ARM Peripherals, section 6.1). */
const FUNCTION_SELECT = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14];
const LINE_BITS = [0x1c, 0x28];

/**
 * Compares what happened on the board with what is granted. It knows the trace and the two files, and nothing of the
 * runtime. Fed with the entries of one host call at a time.
 */
export class TraceCheck {
  readonly #granted: Granted;
  readonly #board: BoardFile;
  #transaction: BusTransaction | undefined;
  readonly #outputs = new Map<string, { periodNs: number; dutyNs: number; isOn: boolean }>();
  #spi: { readonly source: string; byteCount: number } | undefined;

  constructor(granted: Granted) {
    this.#granted = granted;
    this.#board = granted.board;
  }

  /** What was done without a grant, as lines of text. */
  check(entries: readonly TraceEntry[]): string[] {
    const wrong: string[] = [];
    for (const [index, entry] of entries.entries()) {
      const { kind, source, a } = entry;
      switch (kind) {
        case 'edge':
          if (!this.#mayMove(source)) wrong.push(`edge on ${source} to ${a}`);
          break;
        case 'i2c-start':
        case 'i2c-write':
        case 'i2c-read':
        case 'i2c-stop':
          wrong.push(...this.#i2c(entry));
          break;
        case 'spi-select':
          this.#spi = { source, byteCount: 0 };
          if (this.#granted.spiBytes(source) === undefined) wrong.push(`select of ${source}`);
          break;
        case 'spi-exchange':
          if (this.#spi?.source !== source) wrong.push(`byte on ${source}, which is not selected`);
          else this.#spi.byteCount += 1;
          break;
        case 'spi-deselect':
          wrong.push(...this.#spiEnd(source));
          break;
        case 'uart-transmit':
          if (!this.#mayTransmit(source)) wrong.push(`byte ${a} sent on ${source}`);
          break;
        case 'mmio-read':
        case 'mmio-write':
          wrong.push(...this.#mmio(entry, entries[index - 1], entries[index + 1]));
          break;
        case 'pwm-set':
        case 'pwm-switch':
          wrong.push(...this.#pwm(entry));
          break;
        case 'uart-receive':
        case 'uart-fault':
        case 'uart-disconnect':
        case 'error':
        case 'fault':
          // What the world does, or how a call failed.
          break;
      }
    }
    return wrong;
  }

  /** A line may be moved by who may write it, or may reach it through a granted register of the GPIO block. */
  #mayMove(source: string): boolean {
    const line = Number(source.replace(/^pinctrl-mock\//u, ''));
    const label = Object.entries(this.#board.lines).find(([, wiring]) => wiring.line === line)?.[0];
    if (label !== undefined && this.#granted.allows('gpio', 'line', label, 'write')) return true;
    return Object.entries(this.#board.mmio.windows).some(([window, { device }]) => {
      if (device !== '/dev/gpiomem') return false;
      const select = FUNCTION_SELECT[Math.floor(line / 10)] ?? -1;
      return (
        (this.#granted.mmioRegister(window, select).writeMask & (0b111 << ((line % 10) * 3))) !== 0 ||
        LINE_BITS.some((first) => {
          const offset = first + 4 * Math.floor(line / 32);
          return ((this.#granted.mmioRegister(window, offset).writeMask >>> (line % 32)) & 1) === 1;
        })
      );
    });
  }

  /** An output that runs has a period and a duty that are granted together; one that is closed has what the board file says. */
  #pwm({ kind, source, a, b }: TraceEntry): string[] {
    const output = this.#outputs.get(source) ?? { periodNs: 0, dutyNs: 0, isOn: false };
    this.#outputs.set(source, output);
    if (kind === 'pwm-switch') output.isOn = a === 1;
    else [output.periodNs, output.dutyNs] = [a, b];
    const { periodNs, dutyNs, isOn } = output;
    const [label, wiring] =
      Object.entries(this.#board.pwm.channels).find(([, { channel }]) => source === `pwm-mock/${channel}`) ??
      [];
    if (label === undefined || wiring === undefined) return [`${kind} on ${source}`];
    const isSafe =
      wiring.safeDutyNs !== undefined && periodNs === wiring.periodNs && dutyNs === wiring.safeDutyNs;
    const allowed = isSafe || (!isOn && dutyNs === 0) || this.#granted.pwmAllows(label, periodNs, dutyNs);
    return allowed ? [] : [`${source} ${isOn ? 'on' : 'off'} with ${dutyNs} of ${periodNs} ns`];
  }

  #mayTransmit(source: string): boolean {
    const label = Object.entries(this.#board.uart.ports).find(([, { port }]) => port === source)?.[0];
    return label !== undefined && this.#granted.allows('uart', 'port', label, 'write');
  }

  #spiEnd(source: string): string[] {
    const byteCount = this.#spi?.byteCount ?? 0;
    this.#spi = undefined;
    const most = this.#granted.spiBytes(source) ?? 0;
    return byteCount > most ? [`${byteCount} bytes on ${source}, ${most} are granted`] : [];
  }

  #i2c({ kind, source, a, b }: TraceEntry): string[] {
    if (kind === 'i2c-start') {
      const direction = (b & 1) === 0 ? 'write' : 'read';
      const repeated = (b & 4) !== 0;
      if (!repeated || this.#transaction === undefined) {
        this.#transaction = { bus: source, address: a, acknowledged: (b & 2) !== 0, operations: [] };
      }
      this.#transaction.operations.push({ direction, bytes: [] });
      return [];
    }
    const transaction = this.#transaction;
    if (transaction === undefined) return [`${kind} on ${source} without a start`];
    if (kind !== 'i2c-stop') {
      transaction.operations.at(-1)?.bytes.push(a);
      return [];
    }
    this.#transaction = undefined;
    const reasons = this.#labelsOf(transaction).map((judge) => judge());
    return reasons.includes(undefined)
      ? []
      : [
          `${transaction.bus} address 0x${transaction.address.toString(16)}: ${reasons.join('; ') || 'no such label'}`,
        ];
  }

  /** A transaction is fine when one of the labels that lead to the address allows all of it. */
  #labelsOf(transaction: BusTransaction): (() => string | undefined)[] {
    const { bus, address } = transaction;
    const devices = Object.entries(this.#board.i2c.devices)
      .filter(([, device]) => `i2c-${device.bus}` === bus && device.address === address)
      .map(
        ([label, device]) =>
          () =>
            this.#byDevice(label, device, transaction),
      );
    const buses = Object.entries(this.#board.i2c.buses)
      .filter(([, { bus: number }]) => `i2c-${number}` === bus)
      .map(
        ([label]) =>
          () =>
            this.#byBus(label, transaction),
      );
    return [...devices, ...buses];
  }

  #byBus(label: string, { address, operations }: BusTransaction): string | undefined {
    const forbidden = operations.find(({ direction }) => !this.#granted.busAllows(label, address, direction));
    if (forbidden !== undefined) return `bus "${label}" grants no ${forbidden.direction}`;
    return this.#tooLong(label, operations);
  }

  #byDevice(
    label: string,
    device: I2cDevice,
    { acknowledged, operations }: BusTransaction,
  ): string | undefined {
    if (!acknowledged) return this.#granted.opensI2c(label) ? undefined : `device "${label}" is not granted`;
    return this.#byRegisters(label, device, operations) ?? this.#tooLong(label, operations);
  }

  #tooLong(label: string, operations: readonly BusOperation[]): string | undefined {
    const byteCount = operations.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const most = this.#granted.i2cBytes(label);
    return byteCount > most ? `${byteCount} bytes by "${label}", ${most} are granted` : undefined;
  }

  /** Follows the chip's register pointer; the pointer that an earlier transaction left counts as not known. */
  #byRegisters(label: string, device: I2cDevice, operations: readonly BusOperation[]): string | undefined {
    const may = (register: number | undefined, direction: Direction): boolean =>
      this.#granted.deviceAllows(label, register, direction);
    const addressing = device.registerAddressing;
    const last = addressing?.addressBytes === 2 ? 0xffff : 0xff;
    let pointer: number | undefined;
    for (const { direction, bytes } of operations) {
      if (bytes.length === 0) {
        const any = addressing !== undefined && this.#granted.deviceAllowsSome(label);
        if (!any && !may(undefined, direction)) return `${direction} without bytes by "${label}"`;
        continue;
      }
      const runs = direction === 'read' || addressing === undefined ? [bytes] : cut(bytes, addressing);
      for (const run of runs) {
        let count = run.length;
        if (direction === 'write' && addressing !== undefined) {
          if (run.length < addressing.addressBytes) {
            if (!may(undefined, 'write')) return `a part of a register address by "${label}"`;
            pointer = undefined;
            continue;
          }
          pointer = addressing.addressBytes === 1 ? run[0] : (run[0] as number) * 256 + (run[1] as number);
          count -= addressing.addressBytes;
          if (count === 0 && !may(pointer, 'read') && !may(pointer, 'write')) {
            return `pointer at register ${pointer} of "${label}"`;
          }
        }
        for (let index = 0; index < count; index += 1) {
          if (!may(pointer, direction)) return `${direction} of register ${pointer} of "${label}"`;
          pointer = pointer === undefined || pointer === last ? undefined : pointer + 1;
        }
        if (direction === 'write' && addressing?.write === 'pairs' && count > 0) pointer = undefined;
      }
    }
    return undefined;
  }

  /** A read and a write of the same place in one call are a modify; its read is seen by nobody. */
  #mmio(entry: TraceEntry, before: TraceEntry | undefined, after: TraceEntry | undefined): string[] {
    const { kind, source, a, b } = entry;
    const offsetInDevice = a >>> 6;
    const width = a & 63;
    const text = `${kind} of ${width} bits at 0x${offsetInDevice.toString(16)} of ${source}`;
    for (const [label, window] of Object.entries(this.#board.mmio.windows)) {
      const offset = offsetInDevice - (window.base ?? 0);
      if (window.device !== source || offset < 0 || offset + width / 8 > window.byteLength) continue;
      const lane = offset % 4;
      const { read, writeMask } = this.#granted.mmioRegister(label, offset - lane);
      const isPair = (other: TraceEntry | undefined, otherKind: string): boolean =>
        other?.kind === otherKind && other.a === a && other.source === source;
      if (kind === 'mmio-read') {
        return read || (isPair(after, 'mmio-write') && writeMask !== 0) ? [] : [text];
      }
      const writeOneOnly = Object.values(window.registers).some(
        (register) => register.offset === offset - lane && register.writeOneOnly === true,
      );
      const every = width === 32 ? -1 : 2 ** width - 1;
      const modified = isPair(before, 'mmio-read') ? (before?.b ?? 0) ^ b : every;
      const affected = (writeOneOnly ? b : modified) << (lane * 8);
      return (affected & ~writeMask) === 0 && writeMask !== 0 ? [] : [`${text}, value ${b}`];
    }
    return [`${text}, which is in no window`];
  }
}

/** The runs of a write that begin with a register address. */
function cut(
  bytes: readonly number[],
  { addressBytes, write }: NonNullable<I2cDevice['registerAddressing']>,
): (readonly number[])[] {
  if (write === 'increment') return [bytes];
  const step = addressBytes + 1;
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
    bytes.slice(index * step, (index + 1) * step),
  );
}
