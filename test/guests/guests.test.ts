import { existsSync } from 'node:fs';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';
import { runGuest } from '../support/run-guest.ts';

const clock = { kind: 'clock', actions: ['monotonic', 'sleep', 'timer'] };
const lamp = {
  permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }, clock],
  board: { lines: { lamp: { line: 17, direction: 'output', safeLevel: 0 } } },
};

describe('a guest with WASI', () => {
  it('in C prints to both streams, sees its arguments and exits with its code', async () => {
    const { exit, output, errorOutput } = await runGuest('wasi-exit', { arguments: ['one', 'two words'] });
    expect(output).toBe('arguments: 3\nargument 1: one\nargument 2: two words\nleaving\n');
    expect(errorOutput).toBe('with code 7\n');
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 7 });
  });
});

describe('a guest in Rust', () => {
  const isBuilt = existsSync(`${repositoryRoot}test/guests/build/wasi-hello.wasm`);
  if (!isBuilt) {
    console.warn('no Rust guest: it was not built, because no rustc with a WASI target was found');
  }
  it.skipIf(!isBuilt)('prints to both streams and exits with its code', async () => {
    const { exit, output, errorOutput } = await runGuest('wasi-hello');
    expect(output).toBe('Hello from Rust!\n');
    expect(errorOutput).toBe('with code 5\n');
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 5 });
  });
});

describe('a guest that breaks', () => {
  for (const [way, text] of [
    ['unreachable', /unreachable/u],
    ['out-of-bounds', /out of bounds/u],
    ['divide-by-zero', /divide by zero/u],
    ['stack-overflow', /stack overflow|out of bounds/u],
    ['bad-label', /kanchi_gpio\.open/u],
    ['misaligned-record', /kanchi_event\.next/u],
  ] as const) {
    it(`ends with a trap that says how: ${way}`, async () => {
      const { exit, output, hardware } = await runGuest('traps', { arguments: [way] });
      expect(output).toBe(`${way}\n`);
      expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
      expect(exit.exitCode).not.toBe(0);
      expect(exit.message).toMatch(text);
      expect(hardware.openHandleCount()).toBe(0);
    });
  }
});

describe('a guest with callbacks', () => {
  it('gets its timers on their grid, each with its record, then the request to stop', async () => {
    const { exit, output } = await runGuest('callbacks', { permissions: [clock], seconds: 1 });
    expect(output.split('\n')).toEqual([
      'on_init',
      'on_event periodic sequence 1 at 100 ms same 1',
      'on_event periodic sequence 2 at 200 ms same 1',
      'on_event once sequence 1 at 250 ms same 1',
      'on_event periodic sequence 3 at 300 ms same 1',
      'on_event periodic sequence 4 at 400 ms same 1',
      'stop timer 0',
      'on_event stop',
      'on_stop',
      '',
    ]);
    expect(exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('that breaks leaves its output at the safe level and no handle open', async () => {
    const { exit, hardware } = await runGuest('trap-in-callback', lamp);
    expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
    expect(hardware.line(17).level()).toBe(0);
    expect(hardware.openHandleCount()).toBe(0);
  });
});

describe('a guest with a main loop', () => {
  it('waits to a deadline, for a timer, for the request to stop, and is told once', async () => {
    const { output } = await runGuest('main-loop', { permissions: [clock] });
    expect(output).toBe('at the deadline 0\ntimer 1 kind 2 own 1\nstop 1\nafter it -28\n');
  });
});

describe('a guest on an I2C bus', () => {
  it('talks to the addresses that it may use and gets a number for everything else', async () => {
    const { output, denials } = await runGuest('i2c-bus', {
      permissions: [
        { kind: 'i2c', bus: 'sensors', addresses: ['0x76', '0x77'], actions: ['read', 'write'] },
        { kind: 'i2c', device: 'environment', actions: ['read', 'write'] },
      ],
      board: {
        i2c: { buses: { sensors: { bus: 1 } }, devices: { environment: { bus: 1, address: '0x76' } } },
      },
      wire: (hardware, time) => {
        hardware.attachI2cChip(1, 0x76, new Bme280({ clock: time }));
      },
    });
    expect(output.split('\n')).toEqual([
      'transaction 0 id 0x60',
      'nobody there -8',
      'address not granted -1',
      'bus as a device -4',
      'no operation -4',
      'reserved not zero -4',
      'close 0 again 0',
      'closed -3',
      'device by itself 0',
      'by its address 0',
      'by another -4',
      '',
    ]);
    expect(denials).toHaveLength(1);
  });
});

describe('a guest that watches a line', () => {
  it('sees each edge with its time, numbered, none lost', async () => {
    const { output } = await runGuest('edge-watch', {
      permissions: [{ kind: 'gpio', line: 'button', actions: ['read', 'watch'] }],
      board: { lines: { button: { line: 27, direction: 'input' } } },
      wire: (hardware, time) => {
        time.schedule(100_000_000n, () => hardware.line(27).drive(0));
        time.schedule(300_000_000n, () => hardware.line(27).release());
      },
    });
    expect(output.split('\n')).toEqual([
      'level 1',
      'edge to 0 at 100000000 ns sequence 1 lost 0',
      'edge to 1 at 300000000 ns sequence 2 lost 0',
      'stop',
      '',
    ]);
  });
});

describe('a guest on a serial port', () => {
  const serial = {
    permissions: [{ kind: 'uart', port: 'console', actions: ['read', 'write'] }, clock],
    board: { uart: { ports: { console: { port: '/dev/serial0', baud: 115200 } } } },
  };

  it('echoes, tells silence from data, and ends its wait when it is asked to stop', async () => {
    const received: number[] = [];
    const { exit, output } = await runGuest('uart-echo', {
      ...serial,
      seconds: 2.5,
      wire: (hardware, time) => {
        hardware.attachUartPeer('/dev/serial0', {
          receive: (bytes) => received.push(...bytes),
          connect: (link) => {
            time.schedule(500_000_000n, () => link.send(new TextEncoder().encode('hello')));
          },
        });
      },
    });
    expect(new TextDecoder().decode(Uint8Array.from(received))).toBe('hello');
    expect(output).toMatch(/^nothing yet 0\n(?:read \d\n)+silence\nstopped\n$/u);
    expect(exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('reads what was sent and then learns that the far end went away', async () => {
    const { exit, output } = await runGuest('uart-echo', {
      ...serial,
      wire: (hardware, time) => {
        hardware.attachUartPeer('/dev/serial0', {
          receive: () => {},
          connect: (link) => {
            time.schedule(100_000_000n, () => {
              link.send(Uint8Array.of(1));
              link.disconnect();
            });
          },
        });
      },
    });
    expect(output).toMatch(/^nothing yet 0\nread 1\n(?:write: .*\n|far end gone\n)$/u);
    expect(exit.reason).toBe('completed');
  });
});

describe('a guest with a PWM channel', () => {
  const servo = {
    permissions: [{ kind: 'pwm', channel: 'servo', dutiesNs: { first: 1_000_000, last: 2_000_000 } }, clock],
    board: {
      pwm: {
        channels: {
          servo: { channel: 0, periodNs: 20_000_000 },
          fan: { channel: 1, periodNs: 40_000 },
        },
      },
    },
  };

  it('gets what is granted and is refused the rest, with the line that would allow it', async () => {
    const { exit, output, denials, hardware } = await runGuest('pwm-servo', servo);
    expect(output.split('\n')).toEqual([
      'other -1',
      'unknown -2',
      'opened 1',
      'again -5',
      'enable with duty 0 -1',
      '1.5 ms 0',
      'enable 0',
      '2.5 ms -1',
      'below 0 -4',
      'over the period -4',
      'of 2^32 + 1500000 ns -4',
      'period of 10 ms -1',
      'no period -4',
      'period of 20 ms 0',
      'disable 0',
      'close 0',
      'close again 0',
      'after close -3',
      '',
    ]);
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 0 });
    expect(denials).toHaveLength(4);
    expect(denials[2]).toBe(
      'app "pwm-servo": kanchi_pwm.set_duty refused: pwm channel "servo", 2500000 of 20000000 ns: the "pwm" permission allows ' +
        'periods of 20000000 to 20000000 ns with duties of 1000000 to 2000000 ns; add to "permissions" in app.json: ' +
        '{"kind":"pwm","channel":"servo","periodsNs":{"first":20000000,"last":20000000},"dutiesNs":{"first":2500000,"last":2500000}}',
    );
    expect(hardware.trace.toText().split('\n')).toEqual([
      '0.000000000 pwm-mock/0 set 0 of 20000000 ns',
      '0.000000000 pwm-mock/0 set 1500000 of 20000000 ns',
      '0.000000000 pwm-mock/0 on',
      '0.000000000 pwm-mock/0 set 2000000 of 20000000 ns',
      '0.000000000 pwm-mock/0 off',
      '0.000000000 pwm-mock/0 set 0 of 20000000 ns',
      '',
    ]);
  });

  it('that traps leaves the output off, or with the safe duty of the board file', async () => {
    const off = await runGuest('pwm-servo', { ...servo, arguments: ['trap'] });
    expect(off.exit.reason).toBe('trapped');
    expect(off.hardware.pwm(0).state).toEqual({ periodNs: 20_000_000, dutyNs: 0, enabled: false });
    const safe = await runGuest('pwm-servo', {
      ...servo,
      board: {
        pwm: {
          channels: {
            servo: { channel: 0, periodNs: 20_000_000, safeDutyNs: 500_000 },
            fan: { channel: 1, periodNs: 40_000 },
          },
        },
      },
      arguments: ['trap'],
    });
    // The board file's, whatever the app may ask for.
    expect(safe.hardware.pwm(0).state).toEqual({ periodNs: 20_000_000, dutyNs: 500_000, enabled: true });
  });
});
