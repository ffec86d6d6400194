import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. These files run from their source (vitest) and from `dist` (npm run pi). */
export const checkoutFolder: string = findCheckout(dirname(fileURLToPath(import.meta.url)));

/** `test/pi` of the checkout, where the sources are. */
export const piFolder: string = join(checkoutFolder, 'test/pi');

function findCheckout(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${start} is in no checkout of Kanchi`);
    folder = parent;
  }
  return folder;
}
