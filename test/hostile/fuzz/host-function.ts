/** What the tests know of each import: its type, what its parameters are, and the guest memory that a call of it may change. */

/** What a parameter is, for who makes one up. `length` and `count` are those of the pointer before them. */
export type Role =
  | `handle:${HandleKind}`
  | `label:${LabelKind}`
  | 'bytes'
  | 'room'
  | 'length'
  | 'i2c-operations'
  | 'spi-operations'
  | 'contract'
  | 'iovecs'
  | 'subscriptions'
  | 'count'
  | 'text'
  | 'format'
  | 'list'
  | 'url'
  | 'packet'
  | 'container'
  | 'protocol'
  | 'block'
  | 'address'
  | 'offset'
  | 'descriptor'
  | 'mode'
  | 'edges'
  | 'small'
  | 'number'
  | 'deadline'
  | 'interval'
  | 'duty'
  | 'period'
  | 'long';

export type HandleKind = 'gpio' | 'i2c' | 'spi' | 'uart' | 'mmio' | 'pwm' | 'sensor' | 'timer' | 'framework';
export type LabelKind = 'gpio' | 'i2c' | 'spi' | 'uart' | 'mmio' | 'pwm' | 'sensor';

/** Start and byte count of a piece of guest memory. */
export type Range = readonly [start: number, byteLength: number];

/** One call, with guest memory as it was before, and what it returned (0 when it threw). */
export interface CallMade {
  readonly memory: DataView;
  /** i32 parameters unsigned, i64 ones as 0. */
  readonly parameters: readonly number[];
  readonly result: number;
}

export interface HostFunctionModel {
  /** WebAssembly type: `i` i32, `I` i64. */
  readonly type: string;
  readonly roles: readonly Role[];
  /** Ranges that the call names for writing; none when left out. */
  readonly writes?: (call: CallMade) => readonly Range[];
  /** It ends the app: called rarely. */
  readonly ends?: true;
}

export type FunctionModels = Readonly<Record<string, HostFunctionModel>>;

/** A range of fixed length at the pointer in this position. */
export const fixed =
  (...places: readonly (readonly [position: number, byteLength: number])[]) =>
  ({ parameters }: CallMade): Range[] =>
    places.map(([position, byteLength]) => [parameters[position] ?? 0, byteLength]);

/** As many units as the parameter `lengthAt` says. */
export const counted =
  (position: number, lengthAt: number, unitBytes = 1) =>
  ({ parameters }: CallMade): Range[] => [
    [parameters[position] ?? 0, (parameters[lengthAt] ?? 0) * unitBytes],
  ];

export function together(
  ...each: readonly ((call: CallMade) => readonly Range[])[]
): (call: CallMade) => Range[] {
  return (call) => each.flatMap((ranges) => ranges(call));
}

/** Where the operations of a list that receive put their bytes. */
export function receiving(
  pointerAt: number,
  countAt: number,
  record: { readonly byteLength: number; readonly pointer: number; readonly length: number },
  receives: (kind: number) => boolean,
): (call: CallMade) => Range[] {
  return ({ memory, parameters }) => {
    const start = parameters[pointerAt] ?? 0;
    const count = parameters[countAt] ?? 0;
    const ranges: Range[] = [];
    for (let index = 0; index < count; index += 1) {
      const at = start + index * record.byteLength;
      if (at + record.byteLength > memory.byteLength) break;
      if (!receives(memory.getUint8(at))) continue;
      ranges.push([memory.getUint32(at + record.pointer, true), memory.getUint32(at + record.length, true)]);
    }
    return ranges;
  };
}
