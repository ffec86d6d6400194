import { buildGrants, parseBoard, parseManifest } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../error.ts';
import { deviceNodes } from './device-nodes.ts';
import { serviceUnit } from './service-unit.ts';
import { quotedArgument, quotedPath } from './unit-text.ts';

const board = parseBoard(
  {
    kanchi: 1,
    name: 'greenhouse',
    lines: { lamp: { line: 17, direction: 'output' } },
    i2c: {
      buses: { spare: { bus: 3 } },
      devices: { air: { bus: 1, address: '0x76' }, soil: { bus: 4, address: '0x48' } },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 1 } } },
    uart: { ports: { gps: { port: '/dev/serial0', baud: 9600 } } },
    pwm: { channels: { servo: { channel: 0, periodNs: 20_000_000 } } },
    mmio: {
      windows: {
        pins: { device: '/dev/gpiomem0', base: 0, byteLength: 4096 },
        memory: { device: '/dev/mem', base: 0, byteLength: 4096 },
      },
    },
    sensors: { climate: { driver: 'bme280', device: 'air' } },
  },
  'board of the test',
);

function appWith(permissions: readonly object[], limits: object = {}) {
  const manifest = parseManifest(
    { kanchi: 1, name: 'app', version: '1.0.0', permissions, limits },
    'manifest of the test',
  );
  return { manifest, board, grants: buildGrants(manifest, board) };
}

const nodesOf = (permissions: readonly object[]) => deviceNodes(board, appWith(permissions).grants);

describe('device nodes of a service', () => {
  it('are those of the granted labels and of the sensors that the host reads, no others', () => {
    // The sensor's bus is there for every app of the board: the host opens it.
    expect(nodesOf([{ kind: 'log' }])).toEqual({
      paths: ['/dev/i2c-1'],
      groups: ['i2c'],
      capabilities: [],
      needsRule: [],
      writesSysfs: false,
    });
    expect(
      nodesOf([
        { kind: 'gpio', line: 'lamp', actions: ['write'] },
        { kind: 'i2c', device: 'soil', actions: ['read'] },
        { kind: 'i2c', bus: 'spare', addresses: ['0x50'], actions: ['read'] },
        { kind: 'spi', device: 'adc' },
        { kind: 'uart', port: 'gps', actions: ['read'] },
        { kind: 'mmio', window: 'pins', registers: [{ offset: 0, actions: ['read'] }] },
      ]),
    ).toEqual({
      paths: [
        '/dev/gpiomem0',
        '/dev/i2c-1',
        '/dev/i2c-3',
        '/dev/i2c-4',
        '/dev/serial0',
        '/dev/spidev0.1',
        'char-gpiochip',
      ],
      groups: ['dialout', 'gpio', 'i2c', 'spi'],
      capabilities: [],
      needsRule: [],
      writesSysfs: false,
    });
  });

  it('of physical memory need a capability, and that its group may write it', () => {
    expect(nodesOf([{ kind: 'mmio', window: 'memory', registers: [{ offset: 0 }] }])).toEqual({
      paths: ['/dev/i2c-1', '/dev/mem'],
      groups: ['i2c', 'kmem'],
      capabilities: ['CAP_SYS_RAWIO'],
      // Mode 0640 of root and kmem.
      needsRule: ['mem'],
      writesSysfs: false,
    });
  });
});

describe('a service', () => {
  const command = ['/usr/bin/node', '/opt/kanchi/bin/kanchi.js', 'run', '/opt/apps/lamp'];
  const linesOf = (permissions: readonly object[], more: Partial<Parameters<typeof serviceUnit>[0]> = {}) =>
    serviceUnit({
      ...appWith(permissions, { memoryPages: 100 }),
      command,
      user: 'kanchi',
      writablePaths: [],
      ...more,
    }).split('\n');

  it('has a user, its groups and its devices, no capability, no network and a limit for memory', () => {
    const lines = linesOf([{ kind: 'gpio', line: 'lamp', actions: ['write'] }]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'Description=Kanchi app app',
        'ExecStart=/usr/bin/node /opt/kanchi/bin/kanchi.js run /opt/apps/lamp',
        'User=kanchi',
        'SupplementaryGroups=gpio i2c',
        'NoNewPrivileges=yes',
        'CapabilityBoundingSet=',
        'DevicePolicy=closed',
        'DeviceAllow=char-gpiochip rw',
        'DeviceAllow=/dev/i2c-1 rw',
        'ProtectHome=yes',
        'RestrictAddressFamilies=AF_UNIX',
        // 256 MiB, and 100 pages of 64 KiB.
        'MemoryMax=263M',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('DeviceAllow='))).toHaveLength(2);
  });

  it('may write in /sys when PWM is granted, which has no device node, and else not', () => {
    const lines = linesOf([{ kind: 'pwm', channel: 'servo' }]);
    expect(lines).toContain('ProtectKernelTunables=no');
    expect(lines).toContain('SupplementaryGroups=gpio i2c');
    expect(linesOf([])).toContain('ProtectKernelTunables=yes');
  });

  it('has the network when a connection is granted, and sees the home folder when it is started from there', () => {
    const granted = { kind: 'connection', protocol: 'tcp', host: '192.0.2.7', port: 1883 };
    expect(linesOf([granted])).toContain('RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6');
    expect(linesOf([], { command: ['/home/pi/node', 'run'] })).toContain('ProtectHome=read-only');
  });

  it("says how its registers come to be writable where they are root's, and else nothing", () => {
    const lines = linesOf([{ kind: 'mmio', window: 'memory', registers: [{ offset: 0 }] }]);
    expect(lines.slice(0, 4)).toEqual([
      "# /dev/mem can be written by root only, and the app's registers are opened to write. Once, before this unit is started:",
      `#   echo 'KERNEL=="mem", GROUP="kmem", MODE="0660"' | sudo tee /etc/udev/rules.d/60-kanchi-mem.rules`,
      '#   sudo udevadm control --reload && sudo udevadm trigger --name-match=mem',
      '[Unit]',
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'SupplementaryGroups=i2c kmem',
        'CapabilityBoundingSet=CAP_SYS_RAWIO',
        'AmbientCapabilities=CAP_SYS_RAWIO',
        'DeviceAllow=/dev/mem rw',
      ]),
    );
    expect(linesOf([{ kind: 'mmio', window: 'pins', registers: [{ offset: 0 }] }])[0]).toBe('[Unit]');
  });

  it('may write where it is told to only', () => {
    const lines = linesOf([], { writablePaths: ['/var/log/my apps', '/var/log/a$HOME'] });
    expect(lines).toContain('ReadWritePaths="/var/log/my apps"');
    // A variable is one in ExecStart only.
    expect(lines).toContain('ReadWritePaths=/var/log/a$HOME');
  });

  it('has the device of a path with a space, as one word', () => {
    const spaced = parseBoard(
      {
        kanchi: 1,
        name: 'desk',
        uart: { ports: { gps: { port: '/dev/serial/by-id/usb-A "B" 5%', baud: 9600 } } },
      },
      'board of the test',
    );
    const permissions = [{ kind: 'uart', port: 'gps', actions: ['read'] }];
    const app = parseManifest(
      { kanchi: 1, name: 'app', version: '1.0.0', permissions },
      'manifest of the test',
    );
    const lines = linesOf([], { manifest: app, board: spaced, grants: buildGrants(app, spaced) });
    expect(lines).toContain('DeviceAllow="/dev/serial/by-id/usb-A \\"B\\" 5%%" rw');
  });

  it('starts the program of a path with a dollar, and hands on arguments with one', () => {
    expect(linesOf([], { command: ['/opt/a$b/node', '/opt/a$b/run.js'] })).toContain(
      'ExecStart=/opt/a$b/node /opt/a$$b/run.js',
    );
  });
});

describe('an argument in a unit file', () => {
  it.each([
    ['/opt/app', '/opt/app'],
    ['/opt/my app', '"/opt/my app"'],
    ['100%', '100%%'],
    ['a$HOME', 'a$$HOME'],
    ['say "hi" \\n', '"say \\"hi\\" \\\\n"'],
    ["it's", '"it\'s"'],
  ])('%s is written %s', (text, expected) => {
    expect(quotedArgument(text)).toBe(expected);
  });

  it('that is a path of another setting keeps its dollars', () => {
    expect(quotedPath('/opt/a$b 5%')).toBe('"/opt/a$b 5%%"');
  });

  it('has no second line', () => {
    expect(() => quotedArgument('a\nUser=root')).toThrow(CommandError);
  });
});
