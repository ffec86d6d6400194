import type { Machine } from './machine.ts';

/** Where the settings of a Raspberry Pi are; systems before Debian 12 have the second. */
const configPaths = ['/boot/firmware/config.txt', '/boot/config.txt'];

export function isRaspberryPi(machine: Machine): boolean {
  return machine.readText('/proc/device-tree/model')?.startsWith('Raspberry Pi') === true;
}

/** The file with the settings of a Raspberry Pi, or where it would be. */
export function configPath(machine: Machine): string {
  return configPaths.find((each) => machine.exists(each)) ?? (configPaths[0] as string);
}

/** What to do so that the user gets what a group may use. */
export function groupFix(machine: Machine, group: string): string {
  const { userName } = machine;
  const exists =
    machine
      .readText('/etc/group')
      ?.split('\n')
      .some((line) => line.startsWith(`${group}:`)) === true;
  return exists
    ? `sudo usermod -aG ${group} ${userName}   (then log in again)`
    : `sudo groupadd ${group}, give it the device files by a udev rule, sudo usermod -aG ${group} ${userName}, log in again`;
}

export function configFix(machine: Machine, line: string): string {
  return `write "${line}" in ${configPath(machine)} and start the machine again`;
}
