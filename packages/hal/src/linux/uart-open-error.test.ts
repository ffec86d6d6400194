import { describe, expect, it } from 'vitest';
import { MISSING_SERIALPORT } from './uart-binding.ts';
import { missingPortError, uartOpenError } from './uart-open-error.ts';

const port = '/dev/serial0';
const path = '/dev/ttyAMA0';

describe('the failure to open a serial port', () => {
  // The texts are what serialport 13.0.0 gave on Debian; the words of musl are those of its strerror.
  it.each([
    [`Error: No such file or directory, cannot open ${path}`, 'HAL_NO_SUCH_DEVICE', 'enable_uart=1'],
    [`Error: No such device or address, cannot open ${path}`, 'HAL_NO_SUCH_DEVICE', 'enable_uart=1'],
    [
      'Error: Input/output error setting custom baud rate of 9600',
      'HAL_NO_SUCH_DEVICE',
      'no hardware is behind this node',
    ],
    [`Error: Permission denied, cannot open ${path}`, 'HAL_PERMISSION', 'usermod -aG dialout'],
    [
      `Error: Permission denied, cannot open ${path}`,
      'HAL_PERMISSION',
      'systemctl disable --now serial-getty@ttyAMA0.service',
    ],
    ['Error Resource temporarily unavailable Cannot lock port', 'HAL_BUSY', `sudo fuser ${path}`],
    [`Error: Device or resource busy, cannot open ${path}`, 'HAL_BUSY', 'serial-getty@ttyAMA0'],
    [
      'Error: Inappropriate ioctl for device setting custom baud rate of 9600',
      'HAL_BAD_ARGUMENT',
      'no serial port',
    ],
    [`Error: Is a directory, cannot open ${path}`, 'HAL_BAD_ARGUMENT', 'no serial port'],
    ['Error: Not a tty setting custom baud rate of 9600', 'HAL_BAD_ARGUMENT', 'no serial port'],
    ['Error: Invalid argument || while setting custom baud rate of 12345', 'HAL_NOT_SUPPORTED', 'this speed'],
    [`Error: Too many open files, cannot open ${path}`, 'HAL_LIMIT_REACHED', 'ulimit -n'],
    [
      'the port does not take these settings: asked for 9600 baud, 8 data bits, even parity, 1 stop bit; it has 9600 baud, …',
      'HAL_NOT_SUPPORTED',
      'PL011',
    ],
    [MISSING_SERIALPORT, 'HAL_NOT_SUPPORTED', 'npm install serialport'],
    ['Error: something new', 'HAL_OTHER', 'something new'],
  ])('%s is %s and says what to do', (text, code, advice) => {
    const error = uartOpenError(port, path, text);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(error.message).toContain(advice);
    expect(error.message).toContain('/dev/serial0 (/dev/ttyAMA0)');
    expect(error.details['port']).toBe(port);
  });

  it.each([
    ['/dev/serial0', 'enable_uart=1'],
    ['/dev/ttyAMA0', 'dtparam=uart0=on'],
    ['/dev/ttyUSB3', '/dev/serial/by-id'],
    ['ttyUSB0', 'such as /dev/ttyUSB0'],
    ['/dev/gps', '/dev/serial/by-id'],
  ])('a missing %s is told with what to look at', (missing, advice) => {
    const error = missingPortError(missing);
    expect([error.code, error.errno]).toEqual(['HAL_NO_SUCH_DEVICE', 'ENOENT']);
    expect(error.message).toContain(advice);
  });
});
