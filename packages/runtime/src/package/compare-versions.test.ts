import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from './compare-versions.ts';

/** The orders of semver.org section 11, and numbers that no double holds. */
const ascending = [
  '0.0.0',
  '0.9.9',
  '1.0.0-1',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0-rc-1',
  '1.0.0',
  '1.0.9',
  '1.0.10',
  '1.2.0',
  '2.0.0',
  '9007199254740993.0.0',
  '9007199254740994.0.0',
];

describe('versions', () => {
  it('come in the order of Semantic Versioning', () => {
    for (const [index, one] of ascending.entries()) {
      for (const [against, other] of ascending.entries()) {
        expect(Math.sign(compareVersions(one, other)), `${one} and ${other}`).toBe(
          Math.sign(index - against),
        );
      }
    }
  });

  it('are alike when only what stands behind a + differs', () => {
    expect(compareVersions('1.0.0+5', '1.0.0+x-9')).toBe(0);
    expect(compareVersions('1.0.0+5', '1.0.0')).toBe(0);
    expect(compareVersions('1.0.0-rc.1+5', '1.0.0+4')).toBeLessThan(0);
  });

  it('have one order, whatever a manifest can say', () => {
    const version = fc
      .tuple(fc.nat(3), fc.stringMatching(/^(?:[-+][0-9A-Za-z.+-]{1,6})?$/u))
      .map(([major, rest]) => `${major}.0.0${rest}`);
    fc.assert(
      fc.property(version, version, version, (one, two, three) => {
        expect(Math.sign(compareVersions(one, two))).toBe(-Math.sign(compareVersions(two, one)) + 0);
        if (compareVersions(one, two) <= 0 && compareVersions(two, three) <= 0) {
          expect(compareVersions(one, three)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});
