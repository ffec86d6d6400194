import { readFileSync } from 'node:fs';
import { MAX_PACKAGE_BYTES, MAX_TRUSTED_KEYS } from '@kanchi/runtime';
import { expect, it } from 'vitest';
import { MAX_INSTALLED_APPS, MAX_INSTALLED_BYTES } from './app-store.ts';
import { DEFAULT_TRUSTED_KEYS } from './key-files.ts';

const page = readFileSync(new URL('../../../../docs/packages.md', import.meta.url), 'utf8');

it('the page on packages tells each limit as it is', () => {
  for (const words of [
    `At most ${MAX_TRUSTED_KEYS} keys are\ntrusted (\`MAX_TRUSTED_KEYS\`)`,
    `${MAX_INSTALLED_APPS} apps (\`MAX_INSTALLED_APPS\`)`,
    `${MAX_INSTALLED_BYTES / 2 ** 20} MiB together (\`MAX_INSTALLED_BYTES\`)`,
    `${MAX_PACKAGE_BYTES} bytes each (\`MAX_PACKAGE_BYTES\`)`,
    `\`${DEFAULT_TRUSTED_KEYS}\`, or what`,
  ]) {
    expect(page).toContain(words);
  }
});
