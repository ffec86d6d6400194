import { testsInside } from './tests-inside.ts';

await testsInside(['linux-edges.test.ts'], {
  machine: 'virt',
  meanwhile: async (pi) => {
    await pi.printed(/^please pulse the line$/mu);
    await pi.pulseLine();
  },
});
