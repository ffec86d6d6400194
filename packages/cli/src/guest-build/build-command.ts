import { readFileSync } from 'node:fs';
import { CommandError } from '../error.ts';
import { shown } from '../shown-path.ts';
import { settingsOfSource } from './build-settings.ts';
import { type CompileOutcome, compileGuest } from './compile-guest.ts';
import { compileRustGuest, findRustCompiler, RUST_MISSING, type RustCompiler } from './compile-rust.ts';
import { findGuests, type GuestToBuild } from './find-guests.ts';
import { sdkLibraries } from './source-tree.ts';

/** What the command needs of its surroundings. */
export interface BuildIo {
  out(text: string): void;
  error(text: string): void;
}

export interface BuildEnvironment {
  /** `PATH`: where a Rust compiler is looked for. */
  readonly searchPath: string;
  /** Whether a Rust guest that cannot be built is a failure; else it is skipped, with the reason. */
  readonly requireRust: boolean;
}

/**
 * `kanchi build <file or folder>...`: compiles every guest that is not up to date. Prints a line for each that was built
 * or skipped and one for all of them; compiler diagnostics go to `error` as they are.
 *
 * Returns 0, or 1 when a guest did not compile (the others are still built). Throws CommandError for wrong usage and for
 * a missing C compiler.
 */
export async function runBuildCommand(
  paths: readonly string[],
  io: BuildIo,
  environment: BuildEnvironment = processEnvironment(),
): Promise<number> {
  const unknown = paths.find((path) => path.startsWith('-') && path !== '--debug');
  const targets = paths.filter((path) => !path.startsWith('-'));
  if (unknown !== undefined || targets.length === 0) {
    const problem = unknown === undefined ? 'build what?' : `no option "${unknown}";`;
    throw new CommandError('KANCHI_USAGE', `${problem} kanchi build <file.c, .cpp or .rs, or folder>...`);
  }
  const counts = { built: 0, 'up-to-date': 0, failed: 0, skipped: 0 };
  let rust: RustCompiler | null | undefined;
  for (const guest of targets.flatMap(findGuests)) {
    if (guest.language === 'rust') {
      rust ??= findRustCompiler(environment.searchPath) ?? null;
      if (rust === null) {
        const result = environment.requireRust ? 'failed' : 'skipped';
        counts[result] += 1;
        io.error(`${result} ${shown(guest.sources[0] ?? '')}: ${RUST_MISSING}\n`);
        continue;
      }
    }
    const outcome = await compile(guest, rust ?? undefined);
    counts[outcome.status] += 1;
    io.error(outcome.diagnostics);
    if (outcome.status === 'built') {
      io.out(`built ${shown(guest.output)} (${outcome.byteLength} bytes)\n`);
    }
  }
  const parts = [
    `${counts.built} built`,
    `${counts['up-to-date']} up to date`,
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
  ];
  io.out(`guests: ${parts.join(', ')}\n`);
  return counts.failed > 0 ? 1 : 0;
}

async function compile(guest: GuestToBuild, rust: RustCompiler | undefined): Promise<CompileOutcome> {
  const [first = ''] = guest.sources;
  if (guest.language === 'rust' && rust !== undefined) {
    return compileRustGuest(first, guest.output, rust);
  }
  const settings = settingsOfSource(readFileSync(first, 'utf8'), shown(first), sdkLibraries());
  return compileGuest({ sources: guest.sources, output: guest.output, ...settings });
}

function processEnvironment(): BuildEnvironment {
  return {
    searchPath: process.env['PATH'] ?? '',
    requireRust: process.env['KANCHI_REQUIRE_RUST'] === '1',
  };
}
