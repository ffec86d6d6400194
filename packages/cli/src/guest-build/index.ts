export { type BuildIo, runBuildCommand } from './build-command.ts';
export { type CompileOutcome, type CompileRequest, compileGuest } from './compile-guest.ts';
export type { GuestLibc } from './guest-libc.ts';
