import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkoutFolder } from '../checkout.ts';
import { pageColumn, passedCases, readPage } from '../fidelity/fidelity-page.ts';
import { testsInside } from './tests-inside.ts';

// Registers of a controller that the kernel drives itself are not for /dev/mem otherwise.
const kernelParameters = ['iomem=relaxed'];

const raspi3b = await testsInside(['linux-conformance.test.ts', 'line-names.test.ts'], {
  machine: 'raspi3b',
  inThread: ['package-conformance.test.ts', 'onoff-lines.test.ts'],
  devices: ['at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256'],
  modules: ['pwm-bcm2835'],
  kernelParameters,
});

const virt = await testsInside(['virt-conformance.test.ts'], { machine: 'virt', kernelParameters });

it.each([
  ['raspi3b', raspi3b],
  ['raspi3b, packages', raspi3b],
  ['virt', virt],
] as const)('docs/fidelity.md says what %s came to; else run: npm run fidelity', (title, records) => {
  const page = readPage(readFileSync(join(checkoutFolder, 'docs/fidelity.md'), 'utf8'));
  const cases = records.map(({ name, state, note }) => ({
    name,
    state: state === 'pass' ? 'passed' : state === 'skip' ? 'skipped' : state,
    note,
  }));
  expect(passedCases(cases, title)).toEqual(pageColumn(page, title));
});
