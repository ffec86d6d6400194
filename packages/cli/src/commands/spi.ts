import type { SpiOperation } from '@kanchi/hal';
import { BenchAccess } from '../bench/bench-access.ts';
import { BenchHardware, type CreateBenchBackend, createBenchBackend } from '../bench/bench-hardware.ts';
import { parseBenchOptions } from '../bench/bench-options.ts';
import { bytesOf, bytesText } from '../bench/byte-words.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';

/**
 * `kanchi spi`: one transaction with a device of the board file, as an app would make it. Prints what comes while the bytes go out,
 * or with `--read` only what comes after them.
 */
export function runSpiCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  createBackend: CreateBenchBackend = createBenchBackend,
): number {
  const options = parseBenchOptions('spi', ['read'], parameters);
  const { readCount } = options;
  const [action, label, ...words] = options.words;
  if (action !== 'transfer' || label === undefined || (words.length === 0 && readCount === undefined)) {
    throw new CommandError('KANCHI_USAGE', 'kanchi spi transfer <device> [bytes...] [--read n]');
  }
  const bytes = bytesOf(words);
  const received = new Uint8Array(readCount ?? bytes.length);
  const operations: SpiOperation[] =
    readCount === undefined
      ? [{ kind: 'transfer', bytes, buffer: received }]
      : [
          ...(bytes.length === 0 ? [] : [{ kind: 'write', bytes } as const]),
          { kind: 'read', buffer: received },
        ];
  const hardware = new BenchHardware(() => createBackend(options.backend, options.board), io);
  try {
    const access = new BenchAccess({ ...options, hardware, command: 'kanchi spi' });
    access.spiTransaction(action, label, operations);
    io.out(
      options.asJson
        ? `${JSON.stringify({ device: label, written: bytes.length, bytes: [...received], ...hardware.mark })}\n`
        : `${bytesText(received)}\n`,
    );
    return 0;
  } finally {
    hardware.close();
  }
}
