import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PiError } from '../pi-error.ts';
import {
  type DebianSource,
  deriveSourceLines,
  readSourceLines,
  readSourceParagraphs,
} from './debian-sources.ts';
import { releasesThatNeedBackports } from './packages.ts';
import { runTool } from './run-tool.ts';

const SYSTEM_FOLDER = '/etc/apt';
const GUEST_ARCHITECTURE = 'arm64';

/**
 * apt with lists, state and cache of its own: the machine's are not changed, and no right of root is needed. What it
 * downloads is checked by apt alone: the signed release file, the checksums in the lists, then the checksum of each
 * package. There is no second check.
 */
export class PrivateApt {
  readonly architecture: string;
  /** The suite to prefer, e.g. bookworm-backports. */
  readonly suite: string;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(folder: string, release: string) {
    this.#folder = folder;
    this.architecture = runTool('dpkg', ['--print-architecture']).toString().trim();
    const withBackports = releasesThatNeedBackports.includes(release);
    this.suite = withBackports ? `${release}-backports` : release;
    const lines = deriveSourceLines(systemSources(), release, withBackports);
    if (lines.length === 0) {
      throw new PiError(
        'PI_HOST_UNSUITABLE',
        `nothing in ${SYSTEM_FOLDER} says where Debian ${release} (main) comes from: add its entry`,
      );
    }
    for (const path of ['state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(folder, path), { recursive: true });
    }
    writeFileSync(join(folder, 'sources.list'), `${lines.join('\n')}\n`);
    // Nothing is installed: what a package depends on is then downloaded whole.
    writeFileSync(join(folder, 'status'), '');
    writeFileSync(join(folder, 'apt.conf'), this.#configuration());
    this.#env = { APT_CONFIG: join(folder, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive' };
  }

  /** Fetches the lists. */
  update(): void {
    runTool('apt-get', ['update', '-qq', '--error-on=any'], { env: this.#env });
  }

  /** Downloads packages for this machine with all that they depend on, and gives the files. */
  downloadClosure(names: readonly string[]): string[] {
    runTool('apt-get', ['install', '-qq', '-y', '--download-only', '-t', this.suite, ...names], {
      env: this.#env,
    });
    return packageFiles(join(this.#folder, 'cache/archives'));
  }

  /** Downloads these packages alone, and gives the files. */
  download(names: readonly string[]): string[] {
    const folder = join(this.#folder, 'downloads');
    mkdirSync(folder, { recursive: true });
    runTool('apt-get', ['download', '-qq', '-t', this.suite, ...names], { cwd: folder, env: this.#env });
    return packageFiles(folder);
  }

  /** The package that a metapackage stands for today: its first dependency. */
  firstDependency(name: string): string {
    const text = runTool('apt-cache', ['-t', this.suite, 'depends', name], { env: this.#env }).toString();
    const dependency = /Depends: (\S+)/u.exec(text)?.[1];
    if (dependency === undefined)
      throw new PiError('PI_BUILD_FAILED', `${name} depends on nothing:\n${text}`);
    return dependency;
  }

  #configuration(): string {
    return [
      `Dir::Etc::sourcelist "${this.#folder}/sources.list";`,
      'Dir::Etc::sourceparts "/dev/null";',
      `Dir::State "${this.#folder}/state";`,
      `Dir::State::status "${this.#folder}/status";`,
      `Dir::Cache "${this.#folder}/cache";`,
      `APT::Architecture "${this.architecture}";`,
      `APT::Architectures { "${this.architecture}"; "${GUEST_ARCHITECTURE}"; };`,
      'APT::Install-Recommends "false";',
      'APT::Keep-Downloaded-Packages "true";',
      // As root apt would download as a user that may not be able to write here.
      'APT::Sandbox::User "root";',
      'Acquire::Languages "none";',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
      '',
    ].join('\n');
  }
}

function systemSources(): DebianSource[] {
  const parts = join(SYSTEM_FOLDER, 'sources.list.d');
  const names = existsSync(parts) ? readdirSync(parts).sort() : [];
  const texts = (ending: string): string[] =>
    names.filter((name) => name.endsWith(ending)).map((name) => readFileSync(join(parts, name), 'utf8'));
  const list = join(SYSTEM_FOLDER, 'sources.list');
  return [
    ...(existsSync(list) ? readSourceLines(readFileSync(list, 'utf8')) : []),
    ...texts('.list').flatMap(readSourceLines),
    ...texts('.sources').flatMap(readSourceParagraphs),
  ];
}

function packageFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(folder, name));
}
