import { exampleFiles } from '../payload/kanchi-payload.ts';
import { testsInside } from './tests-inside.ts';

await testsInside(['output-guard.test.ts'], {
  machine: 'raspi3b',
  // To look at the GPIO registers, which the kernel drives itself.
  kernelParameters: ['iomem=relaxed'],
  modules: ['pwm-bcm2835'],
  files: [...exampleFiles('blink'), ...exampleFiles('servo')],
  limitMs: 1_500_000,
});
