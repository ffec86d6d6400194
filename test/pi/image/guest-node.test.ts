import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkoutFolder, piFolder } from '../checkout.ts';

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
}

const text = readFileSync(join(piFolder, 'guest/package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockedPackage>> };
const locked = Object.entries(packages).filter(([place]) => place !== '');

describe('packages for arm64', () => {
  it('are locked with their checksums and without an address', () => {
    expect(locked.length).toBeGreaterThan(1);
    const unchecked = locked.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true);
    expect(unchecked).toEqual([]);
    expect(text).not.toMatch(/"resolved"/u);
  });

  it('have the version of koffi that Kanchi uses', () => {
    const used = /^ {2}koffi: (\S+)$/mu.exec(
      readFileSync(join(checkoutFolder, 'pnpm-workspace.yaml'), 'utf8'),
    )?.[1];
    expect(packages['node_modules/@koromix/koffi-linux-arm64']?.version).toBe(used);
  });
});
