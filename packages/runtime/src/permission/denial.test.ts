import { describe, expect, it } from 'vitest';
import { connectionRefusal } from './connection.ts';
import { DenialLog, MAX_DENIAL_RULES } from './denial.ts';
import { gpioRefusal } from './gpio.ts';
import { messageRefusal } from './message.ts';

describe('the denial log', () => {
  it('names the app, the call, the rule and the line to add', () => {
    const log = new DenialLog({ onFirst: () => {} });
    expect(log.report('blink', 'kanchi_gpio.write', gpioRefusal('status-led', undefined, 'write'))).toBe(
      'app "blink": kanchi_gpio.write refused: line "status-led": no "gpio" permission for this line; ' +
        'add to "permissions" in app.json: {"kind":"gpio","line":"status-led","actions":["write"]}',
    );
  });

  it('names another manifest file, and says when nothing would help', () => {
    const log = new DenialLog({ onFirst: () => {}, manifestName: 'blink.json' });
    const refusal = { ...gpioRefusal('status-led', undefined, 'write'), manifestLine: undefined };
    expect(log.report('blink', 'kanchi_gpio.write', refusal)).toMatch(
      /; nothing that is added to "permissions" in blink\.json would allow it$/u,
    );
  });

  it('writes control characters of the guest as JSON does, and cuts a resource that is too long', () => {
    const log = new DenialLog({ onFirst: () => {} });
    const refusal = messageRefusal(undefined, 'publish', 'a\u001b[31m\u202e\n');
    expect(log.report('blink', 'call', refusal)).toBe(
      'app "blink": call refused: publish of "a\\u001b[31m\\u202e\\u000a": no "message" permission; ' +
        'nothing that is added to "permissions" in app.json would allow it',
    );
    const long = connectionRefusal(undefined, { protocol: 'tcp', host: 'h'.repeat(60_000), port: 1 });
    expect(log.report('blink', 'call', long)).toBe(
      `app "blink": call refused: tcp connection to "${'h'.repeat(300 - 'tcp connection to "'.length)}...: no "connection" permission; ` +
        'nothing that is added to "permissions" in app.json would allow it',
    );
  });

  it('tells each rule once and counts every refusal', () => {
    const told: string[] = [];
    const log = new DenialLog({ onFirst: (text) => told.push(text) });
    for (const action of ['read', 'write', 'read', 'read'] as const) {
      log.report('blink', 'kanchi_gpio.open', gpioRefusal('status-led', undefined, action));
    }
    expect(told).toHaveLength(2);
    expect(log.total).toBe(4);
    expect(log.entries().map(({ count }) => count)).toEqual([3, 1]);
    expect(log.entries().map(({ text }) => text)).toEqual(told);
  });

  it('remembers a limited number of rules and counts what it could not tell', () => {
    let told = 0;
    const log = new DenialLog({
      onFirst: () => {
        told += 1;
      },
    });
    for (let index = 0; index < MAX_DENIAL_RULES + 5; index += 1) {
      log.report('blink', 'kanchi_gpio.open', gpioRefusal(`line-${index}`, undefined, 'read'));
    }
    expect(told).toBe(MAX_DENIAL_RULES);
    expect(log.untold).toBe(5);
    expect(log.total).toBe(MAX_DENIAL_RULES + 5);
    expect(log.entries()).toHaveLength(MAX_DENIAL_RULES);
  });
});
