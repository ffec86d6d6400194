import { type MuxedLine, muxedLines } from '@kanchi/hal/linux';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { configFix, groupFix, isRaspberryPi } from './machine-fixes.ts';

const what = 'UART';
/** Header pins 8 and 10, on every model. */
const HEADER_LINES = [14, 15];
const TREE = '/sys/firmware/devicetree/base';

/**
 * The serial port of the header. Which of the machine's ports that is, is told by the device tree alone: /dev/ttyAMA0 is Bluetooth's on
 * most models, and /dev/serial0 the debug connector's on a Pi 5.
 */
export function examineSerial(machine: Machine): Finding {
  const noPackage = machine.whyNoPackage('serialport');
  if (noPackage !== undefined) {
    return { what, state: 'missing', text: noPackage, fix: 'npm install --include=optional serialport' };
  }
  const ports = machine.list('/dev').filter((name) => /^tty(?:AMA|S|USB|ACM)\d+$/u.test(name));
  if (!isRaspberryPi(machine)) {
    const text = ports.length === 0 ? 'no serial port' : ports.map((name) => `/dev/${name}`).join(', ');
    return { what, state: 'note', text };
  }
  const device = headerDevice(machine);
  if (device === undefined) {
    const others =
      ports.length === 0 ? '' : `; ${ports.map((name) => `/dev/${name}`).join(', ')} are not there`;
    return {
      what,
      state: 'missing',
      text: `no serial port is on GPIO14 and GPIO15 (header pins 8 and 10)${others}`,
      fix: configFix(machine, isPi5(machine) ? 'dtparam=uart0=on' : 'enable_uart=1'),
    };
  }
  const name = ports.find((each) => isPortOf(machine, each, device));
  if (name === undefined) {
    return {
      what,
      state: 'missing',
      text: `${device.name} is enabled for header pins 8 and 10, and the kernel has no port for it`,
      fix: `look for it in "sudo dmesg | grep ${device.name.split('@')[1] ?? device.name}"`,
    };
  }
  const path = `/dev/${name}`;
  if (!machine.mayUse(path)) {
    return { what, state: 'missing', text: `${path}: no permission`, fix: groupFix(machine, 'dialout') };
  }
  const text = `${path} is header pins 8 and 10`;
  return isConsole(machine, name)
    ? {
        what,
        state: 'note',
        text: `${text}, and the console of the kernel, which writes to it`,
        fix: `take "console=" of this port out of /boot/firmware/cmdline.txt, sudo systemctl disable --now serial-getty@${name}.service, and start the machine again`,
      }
    : { what, state: 'ok', text };
}

function headerDevice(machine: Machine): MuxedLine | undefined {
  const muxed = muxedLines(machine);
  return HEADER_LINES.map((line) => muxed.get(line)).find((device) => device?.name.startsWith('serial'));
}

function isPi5(machine: Machine): boolean {
  return /^Raspberry Pi (?:5|Compute Module 5)/u.test(machine.readText('/proc/device-tree/model') ?? '');
}

/** Whether the port, or a device above it, is of that node. Since kernel 6.5 there are two devices in between. */
function isPortOf(machine: Machine, name: string, { path }: MuxedLine): boolean {
  let folder = machine.realPath(`/sys/class/tty/${name}`) ?? '';
  while (folder.startsWith('/sys/devices/')) {
    if (machine.realPath(`${folder}/of_node`) === `${TREE}${path}`) return true;
    folder = folder.slice(0, folder.lastIndexOf('/'));
  }
  return false;
}

/** The firmware writes the port's own name for `serial0` into what the kernel is started with. */
function isConsole(machine: Machine, name: string): boolean {
  const words = machine.readText('/proc/cmdline')?.split(/\s+/u) ?? [];
  return words.some((word) => word === `console=${name}` || word.startsWith(`console=${name},`));
}
