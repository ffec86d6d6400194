import { testsInside } from './tests-inside.ts';

await testsInside(['linux-edges.test.ts'], {
  machine: 'virt',
  inThread: ['onoff-edges.test.ts'],
  meanwhile: async (pi) => {
    await pi.printed(/^please pulse the line$/mu);
    await pi.pulseLine();
    await pi.printed(/^please pulse the line again$/mu);
    await pi.pulseLine();
  },
});
