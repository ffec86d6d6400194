import { describe, expect, it } from 'vitest';
import { checkPermissions } from './check-permissions.ts';
import { explainPermission } from './explain-permission.ts';
import { type Json, manifestOf, testBoard } from './permission.test-support.ts';

/** `severity place: text` of each finding. */
function check(permissions: readonly Json[], deny: readonly Json[] = []): string[] {
  return checkPermissions(manifestOf(permissions, deny), testBoard).map(
    ({ severity, place, text }) => `${severity} ${place}: ${text}`,
  );
}

function explain(entry: Json): string {
  const [permission] = manifestOf([entry]).permissions;
  if (permission === undefined) throw new Error('no permission');
  const { level, may, worst, danger } = explainPermission(permission);
  return [level, may, worst, ...(danger === undefined ? [] : [danger])].join(' | ');
}

describe('a manifest that is checked against a board', () => {
  it('has nothing to say of entries that fit and are narrow', () => {
    expect(
      check([
        { kind: 'gpio', line: 'led', actions: ['write'] },
        { kind: 'i2c', device: 'environment', actions: ['read'], registers: [{ first: 0xf7, last: 0xfe }] },
        { kind: 'spi', device: 'adc' },
        { kind: 'mmio', window: 'registers', registers: [{ offset: 4, actions: ['write'], writeMask: 1 }] },
        { kind: 'sensor', sensor: 'air', channels: ['temperature'] },
        { kind: 'clock', actions: ['timer'] },
        { kind: 'log' },
      ]),
    ).toEqual([]);
  });

  it('names every label that the board lacks, of permissions and of deny', () => {
    expect(
      check(
        [
          { kind: 'gpio', line: 'let', actions: ['read'] },
          { kind: 'uart', port: 'modem', actions: ['read'] },
        ],
        [{ kind: 'sensor', sensor: 'water' }],
      ),
    ).toEqual([
      'problem permissions[0]: it names "let", which board.json does not have under "lines"; did you mean "led"? it has "led", "button"',
      'problem permissions[1]: it names "modem", which board.json does not have under "uart.ports"; it has "gps"',
      'problem deny[0]: it names "water", which board.json does not have under "sensors"; it has "air", "cpu"',
    ]);
  });

  it('tells registers of a device without addressing, and registers behind its last', () => {
    const [one, two] = check([
      { kind: 'i2c', device: 'raw', actions: ['read'], registers: [{ first: 1 }] },
      { kind: 'i2c', device: 'environment', actions: ['read'], registers: [{ first: 0xf0, last: 0x1ff }] },
    ]);
    expect(one).toMatch(
      /^problem permissions\[0\]: app "test-app": .*registers of "raw".*registerAddressing/u,
    );
    expect(two).toBe(
      'problem permissions[1]: it names register 0x1ff, and the last of "environment" is 0xff ("registerAddressing" in board.json)',
    );
  });

  it('tells an SPI entry that is too narrow for the board, and only notes it beside one that will do', () => {
    const slow = { kind: 'spi', device: 'flash', maxClockHz: 1_000_000, modes: [0] };
    const text =
      'it has no effect: board.json runs "flash" at 10000000 Hz in mode 3, and the entry allows 1000000 Hz in mode 0';
    expect(check([slow])).toEqual([`problem permissions[0]: ${text}`]);
    expect(check([slow, { ...slow, maxClockHz: 10_000_000, modes: [0, 3] }])).toEqual([
      `note permissions[0]: ${text}`,
    ]);
  });

  it('tells a register outside its window', () => {
    expect(
      check([{ kind: 'mmio', window: 'registers', registers: [{ offset: 16, actions: ['read'] }] }])[0],
    ).toMatch(/^problem permissions\[0\]: .*0x10, but the window has 16 bytes/u);
  });

  it('points at what reaches far: whole devices, windows, buses, hosts, all topics', () => {
    expect(
      check([
        { kind: 'i2c', device: 'eeprom', actions: ['write'] },
        { kind: 'i2c', bus: 'sensors', addresses: [{ first: 8, last: 119 }], actions: ['read'] },
        { kind: 'mmio', window: 'registers', registers: [{ offset: 0, last: 12 }] },
        { kind: 'connection', protocol: 'tcp', host: '192.0.2.7', port: 1883 },
        { kind: 'connection', protocol: 'udp', host: '0.0.0.0', port: 7 },
        { kind: 'message', actions: ['publish'], topics: ['*'] },
      ]),
    ).toEqual([
      'danger permissions[0]: It may write anything to "eeprom", also settings that damage or lock the chip; name the registers.',
      'danger permissions[1]: It reaches 112 addresses of the bus, whatever is wired there; name the devices in the board file.',
      'danger permissions[2]: It may change every bit of a range of registers of "registers"; give a writeMask.',
      'danger permissions[3]: What the app reads can leave the machine, to "192.0.2.7".',
      'danger permissions[4]: Anybody on the network can talk to the app.',
      'danger permissions[5]: It names every topic of every app.',
    ]);
  });
});

describe('a permission in words', () => {
  it('has the level of docs/levels.md, what it is for, and the worst', () => {
    expect(explain({ kind: 'gpio', line: 'led', actions: ['read', 'write'] })).toBe(
      'GPIO line | read and write line "led" | It switches whatever hangs on "led" on and off as often as it likes, until it ends and the safe level is driven.',
    );
    expect(explain({ kind: 'sensor', sensor: 'air', maximumRateHz: 2 })).toBe(
      'sensor | read every channel of sensor "air" up to 2 times a second | It learns these readings, and has the part measured that often.',
    );
    expect(
      explain({
        kind: 'i2c',
        device: 'environment',
        actions: ['read', 'write'],
        registers: [
          { first: '0xf4', actions: ['write'] },
          { first: '0xf7', last: '0xfe', actions: ['read'] },
        ],
        maxTransactionBytes: 9,
      }),
    ).toBe(
      'bus device | use registers 0xf4 (write), 0xf7 to 0xfe (read) of I2C device "environment", up to 9 bytes at a time | ' +
        'It sets these registers to any value, which stays when it ends: the host knows no safe state of a chip.',
    );
    expect(
      explain({ kind: 'mmio', window: 'registers', registers: [{ offset: 8, actions: ['read'] }] }),
    ).toBe(
      'registers (MMIO) | use registers 0x08 (read) of window "registers" | It reads these registers, also where reading clears something.',
    );
    expect(explain({ kind: 'clock', actions: ['monotonic', 'timer'], minimumIntervalMs: 20 })).toBe(
      'no hardware | read and be woken by the clock, with a timer every 20 ms at most | It keeps a processor busy by waking up every 20 ms.',
    );
  });

  it('shows what a file holds without obeying it', () => {
    const entry = { kind: 'message', actions: ['publish'], topics: ['/a\n\u001b[2J\u2800'] } as const;
    // The manifest does not pass; the words hold whatever they are made of.
    expect(() => explain(entry)).toThrow('"permissions[0].topics[0]"');
    expect(explainPermission({ ...entry, actions: [...entry.actions], topics: [...entry.topics] }).may).toBe(
      'publish events "/a\\u000a\\u001b[2J\\u2800"',
    );
  });
});
