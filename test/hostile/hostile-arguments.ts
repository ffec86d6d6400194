import fc from 'fast-check';
import { bytesOf } from './fuzz/packet-bytes.ts';
import { type HostileCall, PAGE_BYTES } from './hostile-world.ts';

/** Where the guest's memory has what; each call writes its own before it is made. */
export const TEXT = 1024;
export const RECORD = 2048;
export const PACKET = 4096;
export const ROOM = 8192;

export const CONTRACT_BYTES = 80;
const INTEGERS = [0, 1, 2, 3, 7, 20, 255, 1000, 65_535, 65_536, -1, -2, 2 ** 31 - 1, -(2 ** 31)];
const LONGS = [
  23_000_000n,
  0n,
  1n,
  -1n,
  99_999n,
  100_000n,
  2_678_400_000_000_001n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [0, -0, 1, 0.5, -1, 255, 256, 1e9, 1e308, -1e308, 5e-324, 2 ** 63, NaN, Infinity, -Infinity];

export const anyInteger = fc.oneof(
  fc.constantFrom(...INTEGERS),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

/** Mostly the value, else an edge or anything. */
export function mostly(value: number, others: fc.Arbitrary<number> = anyInteger): fc.Arbitrary<number> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: others });
}

export function pointerTo(at: number): fc.Arbitrary<number> {
  const edges = [at + 1, at + 4, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES - 8, PAGE_BYTES - CONTRACT_BYTES];
  return mostly(at, fc.oneof(fc.constantFrom(...edges), anyInteger));
}

/** A text at TEXT: with its zero byte, or with none up to the end of memory. */
export function textWrites(choices: readonly string[]): fc.Arbitrary<HostileCall['writes']> {
  const strange = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom(new Uint8Array(0), new Uint8Array(40_000).fill(65), Uint8Array.of(0xff, 0xc3, 0x1b)),
  );
  const text = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...choices).map(bytesOf) },
    { weight: 1, arbitrary: strange },
  );
  return fc.oneof(
    { weight: 12, arbitrary: text.map((bytes) => [{ at: TEXT, bytes: Uint8Array.from([...bytes, 0]) }]) },
    { weight: 1, arbitrary: fc.constant([{ at: TEXT, bytes: new Uint8Array(PAGE_BYTES - TEXT).fill(65) }]) },
  );
}

const long = fc.oneof(fc.constantFrom(...LONGS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const double = fc.oneof(fc.constantFrom(...DOUBLES), fc.double());
const word = fc.oneof(fc.constantFrom(...INTEGERS), fc.nat(2 ** 32 - 1)).map((value) => value >>> 0);
const usually = <Value>(value: Value, other: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });

/** A record "sensor_contract": each field usually one that is accepted. */
export const contractRecord: fc.Arbitrary<Uint8Array> = fc
  .record({
    interval: fc.oneof(
      { weight: 6, arbitrary: fc.bigInt({ min: 100_000n, max: 60_000_000n }) },
      { weight: 1, arbitrary: long },
    ),
    tolerance: usually(0n, long),
    latency: usually(0n, long),
    level: usually(20, double),
    band: usually(0.5, double),
    mask: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0n, 1n) },
      { weight: 1, arbitrary: fc.constantFrom(2n, 7n, 8n, 2n ** 63n) },
    ),
    mode: fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: word }),
    queue: usually(0, word),
    flags: fc.oneof({ weight: 9, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: word }),
    filter: fc.oneof({ weight: 9, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: word }),
    parameter: fc.oneof(fc.constantFrom(1, 3, 5), double),
    reserved: usually(0, word),
  })
  .map((contract) => {
    const bytes = new Uint8Array(CONTRACT_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, contract.interval, true);
    view.setBigInt64(8, contract.tolerance, true);
    view.setBigInt64(16, contract.latency, true);
    view.setFloat64(24, contract.level, true);
    view.setFloat64(32, contract.band, true);
    view.setBigUint64(40, contract.mask, true);
    view.setUint32(48, contract.mode, true);
    view.setUint32(52, contract.queue, true);
    view.setUint32(56, contract.flags, true);
    view.setUint32(60, contract.filter, true);
    view.setFloat64(64, contract.parameter, true);
    view.setUint32(76, contract.reserved, true);
    return bytes;
  });

/** Bytes that were right, with a few of them written over, cut off or more of them at the end. */
export function mutated(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(2 ** 16),
    to: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
  });
  const changes = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }) },
  );
  const more = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -20, max: 20 }) },
  );
  return fc.tuple(bytes, changes, more).map(([original, list, byteCount]) => {
    const result = new Uint8Array(Math.max(0, original.length + byteCount));
    result.set(original.subarray(0, result.length));
    for (const { at, to } of list) if (result.length > 0) result[at % Math.min(result.length, 64)] = to;
    return result;
  });
}

export type HostileChoice = Pick<HostileCall, 'writes' | 'parameters'>;

const noWrites = fc.constant<HostileCall['writes']>([]);

/** A call with these parameters, after these writes. */
export function choice(
  writes: fc.Arbitrary<HostileCall['writes']> | undefined,
  ...parameters: readonly fc.Arbitrary<number>[]
): fc.Arbitrary<HostileChoice> {
  return fc.record({ writes: writes ?? noWrites, parameters: fc.tuple(...parameters) });
}

/** Bytes at a place and a length that is usually theirs. */
export function withLength(
  at: number,
  bytes: fc.Arbitrary<Uint8Array>,
  before: readonly fc.Arbitrary<number>[] = [],
): fc.Arbitrary<HostileChoice> {
  return bytes.chain((content) =>
    choice(
      fc.constant([{ at, bytes: content }]),
      ...before,
      pointerTo(at),
      mostly(content.length, fc.oneof(fc.constantFrom(content.length + 1, content.length - 1), anyInteger)),
    ),
  );
}

/** Any of these calls, `often` five times as often, with the time after it and a pointer of the guest's allocator. */
export function anyCallOf(
  choices: Readonly<Record<string, fc.Arbitrary<HostileChoice>>>,
  often: string,
): fc.Arbitrary<HostileCall> {
  const one = fc.oneof(
    ...Object.entries(choices).map(([name, arbitrary]) => ({
      weight: name === often ? 5 : 1,
      arbitrary: arbitrary.map((rest) => ({ name, ...rest })),
    })),
  );
  return fc
    .record({
      one,
      thenMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
      heapPointer: mostly(ROOM, fc.oneof(fc.constantFrom(0, PAGE_BYTES - 4), anyInteger)),
    })
    .map(({ one: call, thenMs, heapPointer }) => ({ ...call, thenMs, heapPointer }));
}
