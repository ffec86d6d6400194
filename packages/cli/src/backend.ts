import { readFileSync } from 'node:fs';
import { HalError } from '@kanchi/hal';
import { checkLinuxBackend } from '@kanchi/hal/linux';
import { RuntimeError } from '@kanchi/runtime';
import { CommandError } from './error.ts';

export type BackendName = 'mock' | 'linux';

/** Where the device tree says which machine this is; the text ends with a zero byte. */
const MODEL_PATH = '/proc/device-tree/model';

/**
 * The backend that `--backend` names; without it the hardware of a Raspberry Pi on a Raspberry Pi, and simulated hardware
 * elsewhere. Throws CommandError KANCHI_USAGE, RuntimeError KANCHI_BACKEND_UNAVAILABLE with what is missing.
 */
export function chooseBackend(asked: string | undefined): BackendName {
  if (asked !== undefined && asked !== 'mock' && asked !== 'linux') {
    throw new CommandError('KANCHI_USAGE', `--backend is mock or linux, not "${asked}"`);
  }
  const backend = asked ?? (machineModel().startsWith('Raspberry Pi') ? 'linux' : 'mock');
  if (backend === 'linux') {
    try {
      checkLinuxBackend();
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      throw new RuntimeError(
        'KANCHI_BACKEND_UNAVAILABLE',
        `${error.message}; run with --backend mock for simulated hardware`,
        { cause: error },
      );
    }
  }
  return backend;
}

/** For the first line of a run. */
export function backendText(backend: BackendName): string {
  return backend === 'mock'
    ? 'mock hardware (simulated readings)'
    : `the hardware of ${machineModel() || 'this machine'}`;
}

function machineModel(): string {
  try {
    return readFileSync(MODEL_PATH, 'utf8').replace(/\0+$/u, '');
  } catch {
    return '';
  }
}
