import type { I2cOperation } from '@kanchi/hal';
import { BenchAccess } from '../bench/bench-access.ts';
import { BenchHardware, type CreateBenchBackend, createBenchBackend } from '../bench/bench-hardware.ts';
import { type BenchOptions, countOf, parseBenchOptions } from '../bench/bench-options.ts';
import { bytesOf, bytesText, numberOf } from '../bench/byte-words.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';

const USAGE =
  'kanchi i2c read <device> [register] [count] | write <device> <bytes...> | transfer <device> [bytes...] --read n';

/** `kanchi i2c`: one transaction with a device of the board file, as an app would make it. */
export function runI2cCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  createBackend: CreateBenchBackend = createBenchBackend,
): number {
  const options = parseBenchOptions('i2c', ['read'], parameters);
  const [action = '', label] = options.words;
  if (label === undefined || (action === 'transfer') !== (options.readCount !== undefined)) {
    throw new CommandError('KANCHI_USAGE', USAGE);
  }
  const hardware = new BenchHardware(() => createBackend(options.backend, options.board), io);
  try {
    const access = new BenchAccess({ ...options, hardware, command: 'kanchi i2c' });
    const { operations, received, register } = plan(options, access, action, label);
    access.i2cTransaction(action, label, operations);
    const written = operations.reduce(
      (sum, operation) => sum + (operation.kind === 'write' ? operation.bytes.length : 0),
      0,
    );
    if (options.asJson) {
      const told = {
        device: label,
        ...(register === undefined ? { written } : { register }),
        ...(received === undefined ? {} : { bytes: [...received] }),
        ...hardware.mark,
      };
      io.out(`${JSON.stringify(told)}\n`);
    } else {
      io.out(received === undefined ? `${label}: ${written} bytes written\n` : `${bytesText(received)}\n`);
    }
    return 0;
  } finally {
    hardware.close();
  }
}

interface Plan {
  readonly operations: readonly I2cOperation[];
  /** Where bytes that are read end up. */
  readonly received?: Uint8Array;
  readonly register?: number;
}

function plan(options: BenchOptions, access: BenchAccess, action: string, label: string): Plan {
  const words = options.words.slice(2);
  switch (action) {
    case 'read':
      return planRead(access, label, words);
    case 'write': {
      if (words.length === 0) throw new CommandError('KANCHI_USAGE', USAGE);
      return { operations: [{ kind: 'write', bytes: bytesOf(words) }] };
    }
    case 'transfer': {
      const received = new Uint8Array(options.readCount ?? 0);
      const read = { kind: 'read', buffer: received } as const;
      const bytes = bytesOf(words);
      return {
        operations: bytes.length === 0 ? [read] : [{ kind: 'write', bytes }, read],
        received,
      };
    }
    default:
      throw new CommandError('KANCHI_USAGE', USAGE);
  }
}

/** Reads registers from one on; without one, a byte from wherever the device stands. */
function planRead(access: BenchAccess, label: string, words: readonly string[]): Plan {
  const [word, countWord = '1', ...more] = words;
  if (more.length > 0) throw new CommandError('KANCHI_USAGE', USAGE);
  const received = new Uint8Array(countOf('count', countWord));
  const read = { kind: 'read', buffer: received } as const;
  const addressBytes = access.i2cDeviceOf(label).registerAddressing?.addressBytes ?? 1;
  if (word === undefined) return { operations: [read], received };
  const register = numberOf('a register', word, addressBytes === 2 ? 0xffff : 0xff);
  const bytes = addressBytes === 2 ? Uint8Array.of(register >> 8, register) : Uint8Array.of(register);
  return { operations: [{ kind: 'write', bytes }, read], received, register };
}
