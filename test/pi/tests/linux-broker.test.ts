import { testsInside } from './tests-inside.ts';

await testsInside(['linux-broker.test.ts'], { machine: 'raspi3b' });
