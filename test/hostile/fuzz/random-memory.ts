import { EDGES, MEMORY_BYTES } from './edges.ts';
import type { LabelKind, Role } from './host-function.ts';
import { hostileBoard } from './hostile-board.ts';
import { containerBytes, requestBytes, responseBytes } from './packet-bytes.ts';
import type { RandomNumbers } from './random-numbers.ts';

/** What the app puts into its memory before a call. */
export interface MemoryWrite {
  readonly at: number;
  readonly bytes: readonly number[];
}

/** Where it has what. */
const LABEL = 1024;
const LIST = 2048;
const PACKET = 4096;
const DATA = 8192;
const ROOM = 16_384;
const TEXT = 49_152;
/** Apart from each other, so that operations of one list have places of their own. */
const DATA_STEP = 512;

const labels: Readonly<Record<LabelKind, readonly string[]>> = {
  gpio: Object.keys(hostileBoard.lines),
  i2c: [...Object.keys(hostileBoard.i2c.devices), ...Object.keys(hostileBoard.i2c.buses)],
  spi: Object.keys(hostileBoard.spi.devices),
  uart: Object.keys(hostileBoard.uart.ports),
  mmio: Object.keys(hostileBoard.mmio.windows),
  pwm: Object.keys(hostileBoard.pwm.channels),
  sensor: Object.keys(hostileBoard.sensors),
};
const strangeLabels = [
  '',
  'nothing',
  'lam',
  'lamp\0',
  'x'.repeat(64),
  'x'.repeat(65),
  '\u{1f4a5}',
  'a\u001b[2J\n',
];
const texts = [
  '',
  'a',
  '42',
  '-9999999999',
  '0x7f',
  'Kanchi',
  'x'.repeat(300),
  '%s%n%*d',
  ' \t12z',
  '\u{1f4a5}',
];
const formats = [
  '%d\n',
  '%s',
  '%lld %5.2f',
  '%-08x|%c',
  '%p%%',
  '%.999999f',
  '%99999d',
  '%',
  '%n%hhn',
  'plain',
];
const urls = [
  '/lamp',
  'lamp/red',
  '/news/today',
  '/alert',
  '/secret',
  '',
  '/',
  '*',
  'y'.repeat(300),
  'a\u001b\n',
];
const hosts = ['192.0.2.7', '192.0.2.9', '0.0.0.0', '', 'h'.repeat(300)];
/** Registers beside the ends of what manifests of these tests grant. */
export const REGISTERS = [0x00, 0x0f, 0x10, 0x15, 0x1f, 0x20, 0x7f, 0x80, 0xf4, 0xfe, 0xff];
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

/** Makes up what a pointer points at, writes it, and gives the pointer; then the length or count that belongs to it. */
export class RandomMemory {
  readonly writes: MemoryWrite[] = [];
  readonly #numbers: RandomNumbers;
  readonly #granted: readonly (string | number)[];
  #length = 0;
  #dataCount = 0;

  /** `granted`: labels of the manifest, which are used more often than others. */
  constructor(numbers: RandomNumbers, granted: readonly (string | number)[]) {
    this.#numbers = numbers;
    this.#granted = granted;
  }

  parameter(role: Role): number {
    const numbers = this.#numbers;
    const [family = '', kind = ''] = role.split(':');
    switch (family) {
      case 'length':
      case 'count':
        return numbers.oneIn(200) ? this.#edge() : this.#length;
      case 'room':
        return this.#room();
      case 'bytes':
        return this.#pointer(this.#data());
      case 'i2c-operations':
        return this.#operations(() => this.#i2cOperation());
      case 'spi-operations':
        return this.#operations(() => this.#spiOperation());
      case 'iovecs':
        return this.#operations(() => words(this.#data(), this.#length));
      case 'subscriptions':
        return this.#operations(() => this.#subscription());
      case 'contract':
        return this.#put(LIST, this.#contract());
      case 'list':
        return this.#put(LIST, words(TEXT, numbers.pick(EDGES), TEXT, 4, numbers.word(), 0, TEXT, 9));
      case 'text':
        return this.#string(TEXT + 512 * numbers.below(4), texts);
      case 'format':
        return this.#string(TEXT + 4096, formats);
      case 'protocol':
        return this.#string(LABEL, ['TCP', 'UDP', 'UART', '']);
      case 'url':
        return this.#string(TEXT, urls);
      case 'packet':
        return this.#packet(this.#message());
      case 'container':
        return this.#packet(containerBytes(this.#attributes()));
      case 'label':
        return this.#label(kind as LabelKind);
      default:
        throw new RangeError(`nothing in memory is a ${role}`);
    }
  }

  #edge(): number {
    return this.#numbers.pick(EDGES);
  }

  /** The pointer, or an edge beside it. */
  #pointer(at: number): number {
    return this.#numbers.oneIn(250)
      ? this.#numbers.oneIn(4)
        ? at + this.#numbers.pick([1, 2, 4])
        : this.#edge()
      : at;
  }

  /** Writes bytes, now and then with one of them wrong. */
  #put(at: number, bytes: readonly number[]): number {
    const written = [...bytes];
    if (written.length > 0 && this.#numbers.oneIn(24)) {
      written[this.#numbers.below(written.length)] = this.#numbers.pick([0, 1, 2, 0x7f, 0x80, 0xff]);
    }
    this.writes.push({ at, bytes: written });
    return this.#pointer(at);
  }

  /** Bytes to send: often a register address first. Gives where they are; their count is the length. */
  #data(): number {
    const numbers = this.#numbers;
    const bytes = numbers.oneIn(8) ? [] : [numbers.oneIn(3) ? numbers.below(4) : numbers.pick(REGISTERS)];
    for (let more = numbers.below(5); more > 0; more -= 1) bytes.push(numbers.pick(REGISTERS));
    if (numbers.oneIn(64)) bytes.push(...numbers.bytes(300));
    const at = DATA + DATA_STEP * (this.#dataCount % 8);
    this.#dataCount += 1;
    this.writes.push({ at, bytes });
    this.#length = bytes.length;
    return at;
  }

  #room(): number {
    const numbers = this.#numbers;
    // At the end of memory, so that one byte more is too many.
    const atEnd = numbers.oneIn(24);
    this.#length = atEnd
      ? 8 * numbers.below(5)
      : numbers.oneIn(32)
        ? numbers.pick([300, 4096, 8192])
        : numbers.below(9);
    return this.#pointer(atEnd ? MEMORY_BYTES - this.#length : ROOM + 1024 * numbers.below(16));
  }

  #operations(one: () => readonly number[]): number {
    const numbers = this.#numbers;
    const count = numbers.oneIn(24) ? numbers.pick([0, 31, 32, 33, 40]) : numbers.between(1, 4);
    const bytes = Array.from({ length: count }, one).flat();
    const pointer = this.#put(LIST, bytes);
    this.#length = count;
    return pointer;
  }

  #i2cOperation(): number[] {
    if (this.#numbers.oneIn(2)) return words(1, this.#data(), this.#length);
    return words(0, this.#room(), this.#length);
  }

  #spiOperation(): number[] {
    const kind = this.#numbers.below(4);
    const transmit = this.#data();
    const length = this.#length;
    return words(kind, transmit, this.#room(), length, this.#numbers.pick([0, 1000, 65_535_000, 65_535_001]));
  }

  /** Of WASI's poll_oneoff: user data, then the clock with its number, timeout, precision and flags. */
  #subscription(): number[] {
    const numbers = this.#numbers;
    const tag = numbers.oneIn(4) ? numbers.below(4) : 0;
    const timeout = numbers.oneIn(8) ? numbers.word() : numbers.below(3_000_000);
    return words(
      7,
      0,
      tag,
      0,
      numbers.below(3),
      0,
      timeout,
      numbers.oneIn(16) ? 0x8000_0000 : 0,
      0,
      0,
      numbers.below(2),
      0,
    );
  }

  /** A record "sensor_contract", docs/host-api/kanchi-sensor.md; a field now and then anything. */
  #contract(): number[] {
    const numbers = this.#numbers;
    const view = new DataView(new ArrayBuffer(80));
    view.setBigInt64(0, BigInt(numbers.between(1, 600)) * 100_000n, true);
    view.setFloat64(24, 20, true);
    view.setFloat64(32, 0.5, true);
    view.setBigUint64(40, BigInt(numbers.below(3)), true);
    view.setUint32(48, numbers.below(3), true);
    view.setUint32(56, numbers.below(2), true);
    view.setUint32(60, numbers.below(6), true);
    view.setFloat64(64, 3, true);
    if (numbers.oneIn(3)) view.setUint32(4 * numbers.below(20), numbers.pick(EDGES) >>> 0, true);
    return [...new Uint8Array(view.buffer)];
  }

  #message(): Uint8Array {
    const numbers = this.#numbers;
    const payload = new Uint8Array(numbers.pick([0, 3, 400]));
    return numbers.oneIn(3)
      ? responseBytes(numbers.below(4), payload)
      : requestBytes(numbers.pick([1, 2, 6, 6, 5, 255]), numbers.pick(urls), payload);
  }

  #attributes(): Readonly<Record<string, string | number>> {
    const numbers = this.#numbers;
    const interval = { interval: numbers.pick([10, 0, -1, 2 ** 31 - 1]) };
    // Of every protocol, so that it fits whichever is asked for.
    const address = {
      address: numbers.pick(hosts),
      port: numbers.pick([1883, 6000, 0, 65_536]),
      'bind port': 5000,
    };
    const serial = { device: numbers.pick(labels.uart), baudrate: numbers.pick([115_200, 921_600, 9600]) };
    return numbers.oneIn(3) ? interval : { ...address, ...serial };
  }

  #packet(packet: Uint8Array): number {
    this.#length = packet.length;
    return this.#put(PACKET, [...packet]);
  }

  #string(at: number, choices: readonly string[]): number {
    const bytes = bytesOf(this.#numbers.pick(choices));
    return this.#put(at, [...bytes, 0]);
  }

  #label(kind: LabelKind): number {
    const numbers = this.#numbers;
    const ofKind = labels[kind];
    const wanted = ofKind.filter((each) => this.#granted.includes(each));
    const label = numbers.oneIn(16)
      ? numbers.pick([...strangeLabels, ...Object.values(labels).flat()])
      : numbers.pick(wanted.length > 0 && !numbers.oneIn(4) ? wanted : ofKind);
    const bytes = bytesOf(label);
    this.#length = bytes.length;
    this.writes.push({ at: LABEL, bytes: [...bytes, 0] });
    return this.#pointer(LABEL);
  }
}

function words(...values: readonly number[]): number[] {
  return [...new Uint8Array(Uint32Array.from(values.map((value) => value >>> 0)).buffer)];
}
