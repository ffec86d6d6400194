import { testsInside } from './tests-inside.ts';

await testsInside(['linux-pwm.test.ts'], { machine: 'raspi3b', modules: ['pwm-bcm2835'] });
