import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { PiError } from '../pi-error.ts';

const RELEASE_FILE = '/etc/os-release';

/** Programs that every Debian has, and npm, which came with Node. */
const programs = ['apt-get', 'apt-cache', 'dpkg', 'dpkg-deb', 'npm'];

/** The name of this machine's Debian release, e.g. bookworm. PI_HOST_UNSUITABLE with what is missing. */
export function debianRelease(): string {
  const text = existsSync(RELEASE_FILE) ? readFileSync(RELEASE_FILE, 'utf8') : '';
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  const release = releaseOf(text);
  if (release === undefined || missing.length > 0) {
    throw new PiError(
      'PI_HOST_UNSUITABLE',
      [
        'the emulated Pi is built from packages of Debian 12 or 13; this machine ',
        release === undefined ? 'is not Debian' : `has no ${missing.join(', ')}`,
        '. Run it there, e.g. in a container of Debian with Node.js; it needs no root, no KVM and 1 GB of disk.',
      ].join(''),
    );
  }
  return release;
}

/** VERSION_CODENAME of os-release(5), where it is Debian's. */
export function releaseOf(text: string): string | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}="?([a-z0-9]+)"?$`, 'mu').exec(text)?.[1];
  return field('ID') === 'debian' ? field('VERSION_CODENAME') : undefined;
}
