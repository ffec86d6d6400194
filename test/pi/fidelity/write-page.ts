// `npm run fidelity`: runs the conformance suite on all hardware there is, boots the emulated Pi for it, writes docs/fidelity.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutFolder } from '../checkout.ts';
import { findImage } from '../image/find-image.ts';
import { collectOutcomes, FidelityError, fidelityPage } from './fidelity-page.ts';
import { runCases } from './run-cases.ts';
import { targets } from './targets.ts';

try {
  const { qemu, kernel } = findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`)).versions;
  const hostFiles = new Set(targets.map(({ file }) => file).filter((file) => file.startsWith('packages/')));
  const records = [
    ...runCases([...hostFiles], 'vitest.config.ts'),
    ...runCases(['test/pi/tests/conformance.test.ts'], 'test/pi/vitest.config.ts'),
  ];
  const page = fidelityPage(collectOutcomes(records), `QEMU ${qemu} with Linux ${kernel}`);
  writeFileSync(join(checkoutFolder, 'docs/fidelity.md'), page);
} catch (error) {
  if (!(error instanceof FidelityError)) throw error;
  process.stderr.write(`fidelity: ${error.message}\n`);
  process.exitCode = 1;
}
