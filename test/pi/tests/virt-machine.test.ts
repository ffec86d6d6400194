import { testsInside } from './tests-inside.ts';

await testsInside(['virt-machine.test.ts'], {
  machine: 'virt',
  meanwhile: async (pi) => {
    await pi.printed(/^please pulse the line$/mu);
    await pi.pulseLine();
  },
});
