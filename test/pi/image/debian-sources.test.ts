import { describe, expect, it } from 'vitest';
import { deriveSourceLines, readSourceLines, readSourceParagraphs } from './debian-sources.ts';

const paragraphs = `# The archive.
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
`;

describe('where Debian packages come from', () => {
  it('reads paragraphs, without those that are off', () => {
    expect(readSourceParagraphs(paragraphs)).toEqual([
      {
        address: 'http://mirror.example/debian',
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        signedBy: '/usr/share/keyrings/debian.gpg',
      },
      {
        address: 'http://mirror.example/security',
        suites: ['bookworm-security'],
        components: ['main'],
        signedBy: undefined,
      },
    ]);
  });

  it('reads lines, without comments and sources of programs', () => {
    const text = `# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # own
deb-src http://mirror.example/debian bookworm main
deb http://other.example/apt stable main`;
    expect(readSourceLines(text)).toEqual([
      {
        address: 'http://mirror.example/debian',
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: '/k.gpg',
      },
      {
        address: 'http://other.example/apt',
        suites: ['stable'],
        components: ['main'],
        signedBy: undefined,
      },
    ]);
  });

  it('takes backports from the place that the release comes from', () => {
    const sources = readSourceParagraphs(paragraphs);
    expect(deriveSourceLines(sources, 'bookworm', true)).toEqual([
      'deb [signed-by=/usr/share/keyrings/debian.gpg] http://mirror.example/debian bookworm main',
      'deb [signed-by=/usr/share/keyrings/debian.gpg] http://mirror.example/debian bookworm-backports main',
    ]);
    expect(deriveSourceLines(readSourceLines('deb http://a.example/d trixie main'), 'trixie', false)).toEqual(
      ['deb http://a.example/d trixie main'],
    );
  });

  it('has no line when the release comes from nowhere', () => {
    expect(deriveSourceLines(readSourceParagraphs(paragraphs), 'trixie', false)).toEqual([]);
    expect(
      deriveSourceLines(readSourceLines('deb http://a.example/d trixie contrib'), 'trixie', false),
    ).toEqual([]);
  });
});
