import { GuestTrap } from '../../guest/guest-trap.ts';
import { CollectingSink, TruncatingSink } from './byte-sink.ts';
import { formatTo, MAX_FORMAT_BYTES } from './format.ts';
import type { LibcContext, LibcFunctions } from './libc-context.ts';

const NEWLINE = 0x0a;
const MAX_I32 = 0x7fff_ffff;

/** printf and its family, puts, putchar. Bytes reach standard output as the program has them. */
export function printFunctions(context: LibcContext): LibcFunctions {
  const { memory } = context;

  const print =
    (call: string) =>
    (format: number, list: number): number => {
      const sink = new CollectingSink();
      formatTo(call, memory, sink, memory.readCString(call, format), list);
      context.writeStdout(sink.collected);
      return sink.collected.length;
    };

  const printToBuffer =
    (call: string) =>
    (target: number, format: number, list: number): number => {
      const sink = new CollectingSink();
      formatTo(call, memory, sink, memory.readCString(call, format), list);
      const text = sink.collected;
      const room = memory.view(call, target, text.length + 1);
      room.set(text);
      room[text.length] = 0;
      return text.length;
    };

  const printToBoundedBuffer =
    (call: string) =>
    (target: number, size: number, format: number, list: number): number => {
      const byteLength = size >>> 0;
      memory.check(call, target, byteLength);
      const sink = new TruncatingSink(Math.max(byteLength - 1, 0));
      formatTo(call, memory, sink, memory.readCString(call, format), list);
      if (byteLength > 0) {
        memory.write(call, target, sink.collected);
        memory.writeU8(call, (target >>> 0) + sink.collected.length, 0);
      }
      return Math.min(sink.count, MAX_I32);
    };

  return {
    printf: print('env.printf'),
    vprintf: print('env.vprintf'),
    sprintf: printToBuffer('env.sprintf'),
    vsprintf: printToBuffer('env.vsprintf'),
    snprintf: printToBoundedBuffer('env.snprintf'),
    vsnprintf: printToBoundedBuffer('env.vsnprintf'),

    puts: (text: number): number => {
      const call = 'env.puts';
      const bytes = memory.readCString(call, text);
      if (bytes.length > MAX_FORMAT_BYTES) {
        throw new GuestTrap(call, `more than ${MAX_FORMAT_BYTES} bytes in one call`);
      }
      const line = new Uint8Array(bytes.length + 1);
      line.set(bytes);
      line[bytes.length] = NEWLINE;
      context.writeStdout(line);
      return line.length;
    },

    putchar: (character: number): number => {
      context.writeStdout(Uint8Array.of(character & 0xff));
      return 1;
    },
  };
}
