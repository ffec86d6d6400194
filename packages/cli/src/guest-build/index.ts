export { type BuildIo, runBuildCommand } from './build-command.ts';
export type { GuestLibc } from './build-settings.ts';
export { type CompileOutcome, type CompileRequest, compileGuest } from './compile-guest.ts';
