import type { TraceEntry } from '@kanchi/hal/mock';
import type { Manifest } from '@kanchi/runtime';
import { parseBoard, parseManifest } from '@kanchi/runtime';

const KEY_LINE = 4;
/** The line that the world toggles every 10 ms in worker execution. */
export const PULSE_LINE = 24;

/** The board of all attacks: what the attacker may use, what it may not, and the sensor of the well-behaved app. */
export const arenaBoard = parseBoard(
  {
    kanchi: 1,
    name: 'arena',
    lines: {
      lamp: { line: 17, direction: 'output', safeLevel: 0 },
      key: { line: KEY_LINE, direction: 'input' },
      victim: { line: 22, direction: 'output', safeLevel: 0 },
      pulse: { line: PULSE_LINE, direction: 'input' },
    },
    i2c: {
      buses: { bus: { bus: 2 } },
      devices: {
        chip: {
          bus: 1,
          address: '0x68',
          part: 'ds1338',
          registerAddressing: { addressBytes: 1, write: 'increment' },
        },
        pairs: {
          bus: 1,
          address: '0x76',
          part: 'bme280',
          registerAddressing: { addressBytes: 1, write: 'pairs' },
        },
        thermometer: { bus: 2, address: '0x48', part: 'tmp105' },
        'victim-chip': { bus: 2, address: '0x50', part: '24c02' },
        'air-chip': { bus: 3, address: '0x77', part: 'bme280' },
        'secret-chip': { bus: 3, address: '0x76', part: 'bme280' },
      },
    },
    spi: {
      devices: {
        adc: { bus: 0, chipSelect: 0, part: 'mcp3008' },
        flash: { bus: 0, chipSelect: 1, part: 'w25q32' },
        'steady-adc': { bus: 1, chipSelect: 0, part: 'mcp3008' },
      },
    },
    uart: { ports: { port: { port: '/dev/serial0', baud: 115200 } } },
    mmio: { windows: { registers: { device: '/dev/gpiomem', byteLength: 180, part: 'bcm2835-gpio' } } },
    pwm: { channels: { servo: { channel: 0, periodNs: 20_000_000 } } },
    sensors: {
      air: { driver: 'bme280', device: 'air-chip' },
      secret: { driver: 'bme280', device: 'secret-chip' },
      steady: {
        driver: 'mcp3008',
        device: 'steady-adc',
        options: { referenceV: 3.3, channels: [0] },
      },
    },
  },
  'board of the arena',
);

/** What every attacker is granted. `violations` below says the same a second time, by hand. */
export function attackerManifest(name: string, limits: Readonly<Record<string, number>>): Manifest {
  return parseManifest(
    {
      kanchi: 1,
      name,
      version: '0.0.0',
      permissions: [
        { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
        { kind: 'gpio', line: 'key', actions: ['read', 'watch'] },
        {
          kind: 'i2c',
          device: 'chip',
          actions: ['read', 'write'],
          registers: [{ first: '0x10', last: '0x1f' }],
        },
        {
          kind: 'i2c',
          device: 'pairs',
          actions: ['read', 'write'],
          registers: [
            { first: '0xf4', actions: ['write'] },
            { first: '0xf7', last: '0xfe', actions: ['read'] },
          ],
        },
        { kind: 'i2c', bus: 'bus', addresses: ['0x48'], actions: ['read'] },
        { kind: 'spi', device: 'adc', maxTransactionBytes: 64 },
        { kind: 'spi', device: 'flash', maxTransactionBytes: 4096 },
        { kind: 'uart', port: 'port', actions: ['read', 'write'] },
        {
          kind: 'mmio',
          window: 'registers',
          registers: [
            { offset: '0x1c', writeMask: '0xf' },
            { offset: '0x34', actions: ['read'] },
          ],
        },
        { kind: 'pwm', channel: 'servo', dutiesNs: { first: 1_000_000, last: 2_000_000 } },
        { kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz: 20 },
        { kind: 'message', actions: ['register'], topics: ['/lamp'] },
        { kind: 'message', actions: ['request'], topics: ['/peer/*'] },
        { kind: 'message', actions: ['publish', 'subscribe'], topics: ['/news/*'] },
        { kind: 'connection', protocol: 'udp', host: '0.0.0.0', port: 5000 },
        { kind: 'clock', actions: ['monotonic', 'wall', 'sleep', 'timer'] },
        { kind: 'log', maxBytesPerSecond: 4096 },
      ],
      limits,
    },
    `manifest of ${name}`,
  );
}

export const STEADY_INTERVAL_NS = 10_000_000n;

/** The well-behaved app's: its sensor at 100 Hz, and its timer. */
export const steadyManifest = parseManifest(
  {
    kanchi: 1,
    name: 'steady',
    version: '0.0.0',
    permissions: [
      { kind: 'sensor', sensor: 'steady', maximumRateHz: 100 },
      { kind: 'gpio', line: 'pulse', actions: ['read', 'watch'] },
      { kind: 'clock', actions: ['monotonic', 'timer'] },
      { kind: 'log' },
    ],
    limits: { eventQueueDepth: 1000 },
  },
  'manifest of the well-behaved app',
);

/** Physical lines that an attacker may move: its lamp, and 0 to 3 by way of the register. The world moves key and pulse. */
const grantedLines = new Set([17, 0, 1, 2, 3, KEY_LINE, PULSE_LINE].map((line) => `pinctrl-mock/${line}`));
/** What the host itself reads, for sensors. */
const sensorSources = new Set(['i2c-3', 'spi1.0']);

/**
 * What the hardware saw against the grants above, written apart from the permission code. Empty when every access was
 * granted.
 */
export function violations(entries: readonly TraceEntry[]): string[] {
  const wrong: string[] = [];
  let address = 0;
  let pointer: number | undefined;
  let expectsPointer = false;
  let isPairValue = false;
  for (const { kind, source, a, b } of entries) {
    if (sensorSources.has(source) || kind === 'error' || kind === 'fault') continue;
    switch (kind) {
      case 'edge':
        if (!grantedLines.has(source)) wrong.push(`edge on ${source}`);
        break;
      case 'i2c-start':
        address = a;
        expectsPointer = (b & 1) === 0;
        isPairValue = false;
        // A read goes on where the transaction's last address points; another transaction's is not known.
        if ((b & 4) === 0) pointer = undefined;
        if (
          !(source === 'i2c-1' ? a === 0x68 || a === 0x76 : source === 'i2c-2' && a === 0x48 && (b & 1) === 1)
        )
          wrong.push(`${source} address ${a} ${(b & 1) === 1 ? 'read' : 'write'}`);
        break;
      case 'i2c-write':
        if (expectsPointer) {
          pointer = a;
          expectsPointer = false;
          isPairValue = true;
          if (address === 0x68 ? a < 0x10 || a > 0x1f : a !== 0xf4 && (a < 0xf7 || a > 0xfe))
            wrong.push(`${source} ${address}: pointer ${a}`);
        } else if (address === 0x68) {
          if (pointer === undefined || pointer < 0x10 || pointer > 0x1f)
            wrong.push(`${source} ${address}: write to ${pointer}`);
          else pointer += 1;
        } else if (isPairValue) {
          if (pointer !== 0xf4) wrong.push(`${source} ${address}: write to ${pointer}`);
          isPairValue = false;
          expectsPointer = true;
        }
        break;
      case 'i2c-read':
        if (address === 0x48) break;
        if (
          pointer === undefined ||
          (address === 0x68 ? pointer < 0x10 || pointer > 0x1f : pointer < 0xf7 || pointer > 0xfe)
        )
          wrong.push(`${source} ${address}: read of ${pointer}`);
        else pointer += 1;
        break;
      case 'spi-select':
      case 'spi-exchange':
      case 'spi-deselect':
        if (source !== 'spi0.0' && source !== 'spi0.1') wrong.push(`${kind} on ${source}`);
        break;
      case 'mmio-read':
      case 'mmio-write': {
        const offset = a >>> 6;
        const register = offset - (offset % 4);
        if (register !== 0x1c && !(register === 0x34 && kind === 'mmio-read'))
          wrong.push(`${kind} at ${offset}`);
        // A register that acts on ones: what is written must lie within the mask.
        if (kind === 'mmio-write' && ((b << (8 * (offset % 4))) & ~0xf) !== 0)
          wrong.push(`write of ${b} at ${offset}`);
        break;
      }
      case 'pwm-set':
        if (source !== 'pwm-mock/0' || a !== 20_000_000 || (b !== 0 && (b < 1_000_000 || b > 2_000_000)))
          wrong.push(`${source} set to ${b} of ${a} ns`);
        break;
      case 'pwm-switch':
        if (source !== 'pwm-mock/0') wrong.push(`${kind} on ${source}`);
        break;
      case 'i2c-stop':
      case 'uart-transmit':
      case 'uart-receive':
      case 'uart-fault':
      case 'uart-disconnect':
        break;
    }
  }
  return wrong;
}
