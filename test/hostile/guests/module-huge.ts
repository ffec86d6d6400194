// attack: Is a file of 17 MiB, nearly all of it a section that nobody needs.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_TOO_LARGE
// says: its limit is 16777216; raise "limits.moduleBytes"
import { assembleModule, op } from '../../support/assembled.ts';

const small = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
/** A custom section (id 0) of zeros: the engine passes it over, whoever reads the file does not. */
const CONTENT_BYTES = 17 * 1024 * 1024;
const head = [0, 0x80, 0x80, 0xc0, 0x08];

export const module = new Uint8Array(small.length + head.length + CONTENT_BYTES);
module.set(small);
module.set(head, small.length);
