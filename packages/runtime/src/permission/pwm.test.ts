import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, grantsOf, type Json, testBoard } from './permission.test-support.ts';
import { type PwmCall, pwmCall, pwmDeny, pwmEntry } from './pwm.test-support.ts';

/** The board of these tests runs the servo at 20 ns and the fan at 5 ns. */
const boardPeriodNs: Readonly<Record<string, number>> = { servo: 20, fan: 5 };

const servo = (periodNs: number, dutyNs: number): PwmCall => ({
  kind: 'pwm',
  label: 'servo',
  periodNs,
  dutyNs,
});

function ruleOf(entries: readonly Json[], call: PwmCall, deny: readonly Json[] = []): string | undefined {
  return ask(grantsOf(entries, deny), call)?.rule;
}

describe('a pwm permission', () => {
  it('allows any duty at the period of the board when it says no more', () => {
    const entry = { kind: 'pwm', channel: 'servo' };
    for (const dutyNs of [0, 7, 20]) expect(ruleOf([entry], servo(20, dutyNs))).toBeUndefined();
    expect(ruleOf([entry], servo(21, 7))).toBe(
      'the "pwm" permission allows periods of 20 to 20 ns with duties of 0 to 20 ns',
    );
    expect(ruleOf([], servo(20, 0))).toBe('no "pwm" permission for this channel');
    expect(ruleOf([entry], { ...servo(5, 0), label: 'fan' })).toBe('no "pwm" permission for this channel');
  });

  it('limits duties and periods, and only together', () => {
    const entries = [
      { kind: 'pwm', channel: 'servo', dutiesNs: { first: 1, last: 2 } },
      { kind: 'pwm', channel: 'servo', periodsNs: { first: 30, last: 40 }, dutiesNs: { first: 15 } },
    ];
    const allowed = [servo(20, 1), servo(20, 2), servo(30, 15), servo(40, 15)];
    expect(allowed.map((call) => ruleOf(entries, call))).toEqual(allowed.map(() => undefined));
    const refused = [servo(20, 0), servo(20, 3), servo(20, 15), servo(30, 1), servo(29, 15), servo(41, 15)];
    const rule =
      'the "pwm" permission allows periods of 20 to 20 ns with duties of 1 to 2 ns, periods of 30 to 40 ns with duties of 15 to 15 ns';
    expect(refused.map((call) => ruleOf(entries, call))).toEqual(refused.map(() => rule));
  });

  it('must cover the period that the board gives', () => {
    const entry = { kind: 'pwm', channel: 'servo', periodsNs: { first: 1, last: 19 } };
    expect(ruleOf([entry], servo(19, 1))).toBe(
      'the board runs it at 20 ns, the "pwm" permission allows periods of 1 to 19 ns with duties of 0 to 19 ns',
    );
  });

  it('names the line that would allow the call, and no more than that', () => {
    const refusal = ask(
      grantsOf([{ kind: 'pwm', channel: 'servo', dutiesNs: { first: 1, last: 2 } }]),
      servo(20, 3),
    );
    expect(refusal).toMatchObject({
      kind: 'pwm',
      label: 'servo',
      resource: 'pwm channel "servo", 3 of 20 ns',
      manifestLine:
        '{"kind":"pwm","channel":"servo","periodsNs":{"first":20,"last":20},"dutiesNs":{"first":3,"last":3}}',
    });
    expect(ask(grantsOf([]), servo(20, 3))?.manifestLine).toBe('{"kind":"pwm","channel":"servo"}');
  });

  it('is taken whole by a deny', () => {
    const entry = { kind: 'pwm', channel: 'servo' };
    expect(ruleOf([entry], servo(20, 1), [entry])).toBe('no "pwm" permission for this channel');
  });

  it('names a channel that the board has, else it is an error that names what there is', () => {
    expect(() => grantsOf([{ kind: 'pwm', channel: 'serv' }])).toThrow(
      'names "serv", which board.json does not have under "pwm.channels"; did you mean "servo"? it has "servo", "fan"',
    );
  });
});

/** What docs/manifest.md says, without the parsed grants. */
function oracle(
  entries: readonly Json[],
  denies: readonly Json[],
  { label, periodNs, dutyNs }: PwmCall,
): boolean {
  type Range = { readonly first: number; readonly last?: number };
  const within = (value: number, range: Range): boolean =>
    value >= range.first && value <= (range.last ?? range.first);
  if (denies.some((line) => line['channel'] === label)) return false;
  const board = boardPeriodNs[label] as number;
  const lines = entries.filter((line) => line['channel'] === label);
  const takesPeriod = (line: Json, period: number): boolean =>
    line['periodsNs'] === undefined ? period === board : within(period, line['periodsNs'] as Range);
  const takesDuty = (line: Json): boolean =>
    line['dutiesNs'] === undefined || within(dutyNs, line['dutiesNs'] as Range);
  return (
    lines.some((line) => takesPeriod(line, board)) &&
    lines.some((line) => takesPeriod(line, periodNs) && takesDuty(line))
  );
}

describe('pwm permissions, whatever a manifest says', () => {
  it('allow exactly what the page of the manifest says', () => {
    expect([...testBoard.pwmChannels].map(([label, { periodNs }]) => [label, periodNs])).toEqual(
      Object.entries(boardPeriodNs),
    );
    const counts = { allowed: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.array(pwmEntry, { maxLength: 5 }),
        fc.array(pwmDeny, { maxLength: 1 }),
        pwmCall,
        (entries, denies, call) => {
          const allowed = oracle(entries, denies, call);
          counts[allowed ? 'allowed' : 'refused'] += 1;
          expect(ask(grantsOf(entries, denies), call) === undefined).toBe(allowed);
        },
      ),
      { numRuns: 5_000 },
    );
    expect(Math.min(counts.allowed, counts.refused)).toBeGreaterThan(300);
  });
});
