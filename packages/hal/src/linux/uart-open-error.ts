import { HalError, type HalErrorCode } from '../error.ts';
import { MISSING_SERIALPORT } from './uart-binding.ts';
import { UART_SETTINGS_NOT_TAKEN } from './uart-line-settings.ts';

interface Cause {
  /** In the text of the failure: what strerror(3) says, of glibc and of musl. The package gives no code. */
  readonly texts: readonly string[];
  readonly code: HalErrorCode;
  readonly errno?: string;
  /** What is wrong and what to do. */
  readonly advice: (path: string) => string;
}

const tty = (path: string): string => path.split('/').at(-1) as string;

const disableGetty = (path: string): string =>
  `sudo systemctl disable --now serial-getty@${tty(path)}.service`;

/** In the order in which they are looked for. */
const causes: readonly Cause[] = [
  {
    texts: [MISSING_SERIALPORT],
    code: 'HAL_NOT_SUPPORTED',
    advice: () => 'npm install serialport',
  },
  {
    // 8250_bcm2835aux.c (UART_CAP_MINI of 8250_port.c) and pty.c of the kernel.
    texts: [UART_SETTINGS_NOT_TAKEN],
    code: 'HAL_NOT_SUPPORTED',
    errno: 'EINVAL',
    advice: () =>
      "a Raspberry Pi's mini UART (/dev/ttyS0) has no parity and 1 stop bit, its PL011 has all of it " +
      '("dtoverlay=disable-bt" in /boot/firmware/config.txt brings that to the header); a pseudo terminal has no parity',
  },
  {
    texts: ['Cannot lock port', 'Device or resource busy', 'Resource busy'],
    code: 'HAL_BUSY',
    errno: 'EBUSY',
    advice: (path) =>
      `another process has it ("sudo fuser ${path}" tells which); if that is a login console: ${disableGetty(path)}`,
  },
  {
    texts: ['Permission denied', 'Operation not permitted'],
    code: 'HAL_PERMISSION',
    errno: 'EACCES',
    advice: (path) =>
      'add the user to the group dialout ("sudo usermod -aG dialout $USER") and log in again; if its group is tty, a login ' +
      `console owns it: ${disableGetty(path)}, and take "console=" of this port out of /boot/firmware/cmdline.txt`,
  },
  {
    texts: ['No such file or directory', 'No such device'],
    code: 'HAL_NO_SUCH_DEVICE',
    errno: 'ENOENT',
    advice: missingPortAdvice,
  },
  {
    // A ttyS that has a node and no hardware: tcgetattr(3) fails.
    texts: ['Input/output error', 'I/O error'],
    code: 'HAL_NO_SUCH_DEVICE',
    errno: 'EIO',
    advice: (path) => `no hardware is behind this node; ${missingPortAdvice(path)}`,
  },
  {
    texts: ['Inappropriate ioctl for device', 'Not a tty', 'Is a directory'],
    code: 'HAL_BAD_ARGUMENT',
    errno: 'ENOTTY',
    advice: () => 'it is no serial port',
  },
  {
    texts: ['custom baud rate', 'termios2', 'Invalid argument', 'Error baud rate'],
    code: 'HAL_NOT_SUPPORTED',
    errno: 'EINVAL',
    advice: () => 'the port does not take this speed or format',
  },
  {
    texts: ['Too many open files', 'No file descriptors available'],
    code: 'HAL_LIMIT_REACHED',
    errno: 'EMFILE',
    advice: () => 'the process has too many open files ("ulimit -n")',
  },
];

/** The failure to open a port, from the text that the package `serialport` gives. */
export function uartOpenError(port: string, path: string, text: string): HalError {
  const cause = causes.find(({ texts }) => texts.some((part) => text.includes(part)));
  const name = port === path ? port : `${port} (${path})`;
  const advice = cause === undefined ? '' : `; ${cause.advice(path)}`;
  return new HalError(cause?.code ?? 'HAL_OTHER', `serial port ${name}: ${text}${advice}`, {
    details: { port, ...(cause?.code === 'HAL_BUSY' ? { owner: 'another process' } : {}) },
    ...(cause?.errno === undefined ? {} : { errno: cause.errno }),
  });
}

/** There is no such node. */
export function missingPortError(port: string): HalError {
  return new HalError('HAL_NO_SUCH_DEVICE', `there is no serial port ${port}; ${missingPortAdvice(port)}`, {
    details: { port },
    errno: 'ENOENT',
  });
}

/** /dev/serial0 is made by udev from the aliases of the device tree; Pi 5 has its own switch (config.txt documentation, "uart"). */
function missingPortAdvice(path: string): string {
  if (/^\/dev\/(?:serial\d|ttyS\d+|ttyAMA\d+)$/u.test(path)) {
    return (
      'on a Raspberry Pi write "enable_uart=1" (on a Pi 5 "dtparam=uart0=on" for the header, /dev/ttyAMA0) in ' +
      '/boot/firmware/config.txt and start it again'
    );
  }
  if (/^\/dev\/tty(?:USB|ACM)\d+$/u.test(path)) {
    return 'is the adapter plugged in? Numbers change; the names in /dev/serial/by-id stay';
  }
  if (!path.startsWith('/')) return `a serial port is named by its path, such as /dev/${path}`;
  return 'see /dev/serial0, /dev/tty* and /dev/serial/by-id for the ports that there are';
}
