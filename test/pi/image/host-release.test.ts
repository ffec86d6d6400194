import { describe, expect, it } from 'vitest';
import { releaseOf } from './host-release.ts';

describe('release of the machine', () => {
  it.each([
    ['Debian 12', 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', 'bookworm'],
    ['Debian 13', 'VERSION_CODENAME="trixie"\nID="debian"\n', 'trixie'],
    ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n', undefined],
    ['a machine that says nothing', '', undefined],
  ])('is told by the file of %s', (_name, text, release) => {
    expect(releaseOf(text)).toBe(release);
  });
});
