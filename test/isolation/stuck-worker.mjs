// Entry of an app's thread with one host API more: `stuck.block` blocks in native code, where nothing can interrupt the thread, for
// so many milliseconds. It is what the engine's compiler does with a module made for it, for a time that the test knows.
import { spawnSync } from 'node:child_process';
import { kanchiHostApis, serveAppWorker } from '@kanchi/runtime/worker';

const stuckApi = {
  module: 'stuck',
  signatures: { block: '(i)' },
  create: () => ({
    block: (milliseconds) => {
      spawnSync('/bin/sleep', [`${milliseconds / 1000}`]);
    },
  }),
};

serveAppWorker(() => [...kanchiHostApis, stuckApi]);
