import { HalError } from '@kanchi/hal';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** Packages that do what `koffi` does, for one bus each. */
const secondDrivers = ['onoff', 'i2c-bus', 'spi-device'] as const;

/** What the hardware is reached through: system calls, or the packages that stand in for them. */
export function examinePackages(machine: Machine): Finding[] {
  const why = machine.whyNoSystemCalls();
  const koffi: Finding =
    why === undefined
      ? { what: 'koffi', state: 'ok', text: 'system calls can be made' }
      : { what: 'koffi', state: 'missing', text: why, fix: 'npm install --include=optional koffi' };
  return [koffi, examineSecondDrivers(machine, why !== undefined), examineDrivers(machine)];
}

function examineSecondDrivers(machine: Machine, isNeeded: boolean): Finding {
  const what = 'packages';
  const missing = secondDrivers.flatMap((name) => {
    const why = machine.whyNoPackage(name);
    return why === undefined ? [] : [{ name, why }];
  });
  if (missing.length === 0) return { what, state: 'ok', text: `${secondDrivers.join(', ')} can be used` };
  const text = missing.map(({ why }) => why).join('; ');
  return isNeeded
    ? { what, state: 'missing', text, fix: 'npm install --include=optional koffi, which does without them' }
    : { what, state: 'note', text: `${text}; not needed, koffi does what they do` };
}

function examineDrivers(machine: Machine): Finding {
  const what = 'drivers';
  try {
    const drivers = machine.drivers();
    const text = Object.entries(drivers)
      .map(([bus, name]) => `${bus} ${name}`)
      .join(', ');
    return { what, state: 'ok', text };
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    return { what, state: 'note', text: error.message };
  }
}
