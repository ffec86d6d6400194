import { describe, expect, it } from 'vitest';
import { ask, type Call, grantsOf, type Json } from './permission.test-support.ts';

/** The rule that refuses, or undefined when the call is allowed. */
function ruleOf(permissions: readonly Json[], call: Call, deny: readonly Json[] = []): string | undefined {
  return ask(grantsOf(permissions, deny), call)?.rule;
}

describe('a gpio permission', () => {
  const entry = { kind: 'gpio', line: 'led', actions: ['write'] };

  it('allows its actions on its line', () => {
    expect(ruleOf([entry], { kind: 'gpio', label: 'led', action: 'write' })).toBeUndefined();
  });

  it('refuses other actions and other lines', () => {
    expect(ruleOf([entry], { kind: 'gpio', label: 'led', action: 'read' })).toBe(
      'the "gpio" permission does not include "read"',
    );
    expect(ruleOf([entry], { kind: 'gpio', label: 'button', action: 'write' })).toBe(
      'no "gpio" permission for this line',
    );
  });

  it('adds up with another entry for the line, less what is denied', () => {
    const more = { kind: 'gpio', line: 'led', actions: ['read', 'watch'] };
    const deny = { kind: 'gpio', line: 'led', actions: ['watch'] };
    const actions = (['read', 'write', 'watch'] as const).filter(
      (action) => ruleOf([entry, more], { kind: 'gpio', label: 'led', action }, [deny]) === undefined,
    );
    expect(actions).toEqual(['read', 'write']);
  });
});

describe('a deny without actions', () => {
  it.each<[Json, Json, Call]>([
    [
      { kind: 'gpio', line: 'led', actions: ['read'] },
      { kind: 'gpio', line: 'led' },
      { kind: 'gpio', label: 'led', action: 'read' },
    ],
    [
      { kind: 'uart', port: 'gps', actions: ['read'] },
      { kind: 'uart', port: 'gps' },
      { kind: 'uart', label: 'gps', action: 'read' },
    ],
    [{ kind: 'clock', actions: ['wall'] }, { kind: 'clock' }, { kind: 'clock', action: 'wall' }],
  ])('takes the whole target: %o', (entry, deny, call) => {
    expect(ruleOf([entry], call)).toBeUndefined();
    expect(ruleOf([entry], call, [deny])).toBeDefined();
  });
});

describe('an spi permission', () => {
  const transfer = (byteCount: number): Call => ({ kind: 'spi', label: 'flash', byteCount });

  it('must cover the clock and the mode that the board gives', () => {
    const clock = { kind: 'spi', device: 'flash', modes: [3] };
    const mode = { kind: 'spi', device: 'flash', maxClockHz: 10_000_000 };
    expect(ruleOf([clock], transfer(1))).toBe(
      'the board runs it at 10000000 Hz, the "spi" permission allows 1000000 Hz',
    );
    expect(ruleOf([mode], transfer(1))).toBe('the board uses mode 3, the "spi" permission allows 0');
    expect(ruleOf([{ ...clock, ...mode }], transfer(1))).toBeUndefined();
  });

  it('does not put the clock of one entry together with the mode of another', () => {
    const entries = [
      { kind: 'spi', device: 'flash', modes: [3] },
      { kind: 'spi', device: 'flash', maxClockHz: 10_000_000 },
    ];
    expect(ruleOf(entries, transfer(1))).toContain('10000000 Hz');
  });

  it('limits the bytes of a transaction', () => {
    const entry = {
      kind: 'spi',
      device: 'flash',
      maxClockHz: 10_000_000,
      modes: [3],
      maxTransactionBytes: 8,
    };
    expect(ruleOf([entry], transfer(8))).toBeUndefined();
    expect(ruleOf([entry], transfer(9))).toBe('a transaction has at most 8 bytes by the "spi" permission');
  });

  it('is taken whole by a deny', () => {
    expect(
      ruleOf([{ kind: 'spi', device: 'adc' }], { kind: 'spi', label: 'adc', byteCount: 1 }),
    ).toBeUndefined();
    expect(
      ruleOf([{ kind: 'spi', device: 'adc' }], { kind: 'spi', label: 'adc', byteCount: 1 }, [
        { kind: 'spi', device: 'adc' },
      ]),
    ).toBe('no "spi" permission for this device');
  });
});

describe('a uart permission', () => {
  it('allows its actions only', () => {
    const entry = { kind: 'uart', port: 'gps', actions: ['read'] };
    expect(ruleOf([entry], { kind: 'uart', label: 'gps', action: 'read' })).toBeUndefined();
    expect(ruleOf([entry], { kind: 'uart', label: 'gps', action: 'write' })).toBe(
      'the "uart" permission does not include "write"',
    );
    expect(ruleOf([], { kind: 'uart', label: 'gps', action: 'read' })).toBe(
      'no "uart" permission for this port',
    );
  });
});

describe('a clock permission', () => {
  it('allows its actions only', () => {
    const entry = { kind: 'clock', actions: ['monotonic'] };
    expect(ruleOf([entry], { kind: 'clock', action: 'monotonic' })).toBeUndefined();
    expect(ruleOf([entry], { kind: 'clock', action: 'wall' })).toContain('does not include "wall"');
    expect(ruleOf([], { kind: 'clock', action: 'wall' })).toBe('no "clock" permission for this app');
  });

  it('takes the shortest interval from the entries that grant timers', () => {
    const timer = { kind: 'clock', actions: ['timer'], minimumIntervalMs: 100 };
    const wall = { kind: 'clock', actions: ['wall'], minimumIntervalMs: 0.5 };
    expect(grantsOf([timer, wall]).clock?.minimumIntervalNs).toBe(100_000_000n);
    expect(grantsOf([timer, { ...wall, actions: ['timer'] }]).clock?.minimumIntervalNs).toBe(500_000n);
    expect(grantsOf([{ kind: 'clock', actions: ['timer'] }]).clock?.minimumIntervalNs).toBe(1_000_000n);
  });
});

describe('a log permission', () => {
  it('is needed to write, and a deny takes it', () => {
    expect(ruleOf([{ kind: 'log' }], { kind: 'log' })).toBeUndefined();
    expect(ruleOf([], { kind: 'log' })).toBeDefined();
    expect(ruleOf([{ kind: 'log' }], { kind: 'log' }, [{ kind: 'log' }])).toBeDefined();
  });

  it('allows the most that an entry says', () => {
    const entries = [
      { kind: 'log', maxBytesPerSecond: 10 },
      { kind: 'log', maxBytesPerSecond: 20 },
    ];
    expect(grantsOf(entries).log?.maxBytesPerSecond).toBe(20);
  });
});

describe('a label that the board lacks', () => {
  it.each([
    [
      { kind: 'gpio', line: 'lad', actions: ['read'] },
      'names "lad", which board.json does not have under "lines"',
      'did you mean "led"?',
    ],
    [
      { kind: 'i2c', device: 'sensors', actions: ['read'] },
      'does not have under "i2c.devices"',
      '"environment"',
    ],
    [
      { kind: 'i2c', bus: 'main', addresses: [9], actions: ['read'] },
      'does not have under "i2c.buses"',
      'it has "sensors"',
    ],
    [{ kind: 'spi', device: 'gps' }, 'does not have under "spi.devices"', 'it has "adc", "flash"'],
  ])('is an error that names it, the file and what there is: %o', (entry, what, hint) => {
    const attempt = (): unknown => grantsOf([entry]);
    expect(attempt).toThrow(expect.objectContaining({ code: 'KANCHI_LABEL_MISSING' }) as Error);
    expect(attempt).toThrow(what);
    expect(attempt).toThrow('board.json');
    expect(attempt).toThrow(hint);
    expect(() => grantsOf([], [entry])).toThrow(what);
  });
});
