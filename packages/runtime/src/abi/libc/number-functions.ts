import type { LibcContext, LibcFunctions } from './libc-context.ts';
import { parseInteger } from './parse-integer.ts';

/** atoi, strtol, strtoul: 64-bit numbers cut to 32 bits, as on the 64-bit hosts that apps were tested on. */
export function numberFunctions(context: LibcContext): LibcFunctions {
  const { memory } = context;

  const parse =
    (call: string, signed: boolean) =>
    (text: number, end: number, base: number): number => {
      memory.check(call, end, 4);
      const { length, value } = parseInteger(memory.readCString(call, text), base, signed);
      // Also for a null `end`: address 0 is valid and WAMR writes there too (docs/host-api/libc.md).
      memory.writeU32(call, end, (text >>> 0) + length);
      return Number(BigInt.asIntN(32, value));
    };

  return {
    atoi: (text: number): number =>
      Number(BigInt.asIntN(32, parseInteger(memory.readCString('env.atoi', text), 10, true).value)),
    strtol: parse('env.strtol', true),
    strtoul: parse('env.strtoul', false),
  };
}
