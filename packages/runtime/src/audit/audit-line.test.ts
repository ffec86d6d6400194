import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from './audit-entry.ts';
import { auditLine, MAX_AUDIT_LINE_BYTES } from './audit-line.ts';

/** 2026-03-01T12:00:00.250Z, by date -u -d @1772366400. */
const wallNs = 1_772_366_400_250_999_999n;
const denied = (text: string): AuditEntry => ({ kind: 'denied', app: 'blink', text });

function parsed(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a line of the audit log', () => {
  it('has time, sequence and kind first, then the fields of the kind in the order of the page', () => {
    expect(
      auditLine(
        {
          denials: 2,
          reason: 'trapped',
          kind: 'app-ended',
          app: 'blink',
          exitCode: 5,
          code: 'KANCHI_TRAP',
          text: 'broke',
        },
        7,
        wallNs,
      ),
    ).toBe(
      '{"time":"2026-03-01T12:00:00.250Z","sequence":7,"kind":"app-ended","app":"blink","reason":"trapped",' +
        '"exitCode":5,"code":"KANCHI_TRAP","text":"broke","denials":2}\n',
    );
  });

  it('leaves out what is not known', () => {
    expect(
      auditLine(
        { kind: 'revoked', app: 'blink', permission: 'gpio:lamp', by: 'policy', text: undefined },
        1,
        wallNs,
      ),
    ).toBe(
      '{"time":"2026-03-01T12:00:00.250Z","sequence":1,"kind":"revoked","app":"blink","permission":"gpio:lamp","by":"policy"}\n',
    );
  });

  it('leaves out what an entry has beyond its kind', () => {
    const more = { time: 'never', sequence: -1, who: 'me' };
    expect(auditLine({ ...more, ...denied('no') }, 1, wallNs)).toBe(
      '{"time":"2026-03-01T12:00:00.250Z","sequence":1,"kind":"denied","app":"blink","text":"no"}\n',
    );
  });

  it('shows what a guest wrote without obeying it', () => {
    expect(auditLine(denied('a"}\n{"kind":"installed"}\r\u001b[2J\u2028\u202e\u0085'), 1, wallNs)).toBe(
      '{"time":"2026-03-01T12:00:00.250Z","sequence":1,"kind":"denied","app":"blink",' +
        '"text":"a\\"}\\n{\\"kind\\":\\"installed\\"}\\r\\u001b[2J\\u2028\\u202e\\u0085"}\n',
    );
  });

  it('cuts a long text and says so', () => {
    const line = auditLine(denied('x'.repeat(100_000)), 1, wallNs);
    expect(line.length).toBeLessThanOrEqual(MAX_AUDIT_LINE_BYTES);
    // At least half of what there is room for is kept.
    expect(line.length).toBeGreaterThan(MAX_AUDIT_LINE_BYTES / 2);
    expect(parsed(line)).toMatchObject({ kind: 'denied', app: 'blink', cut: true });
  });

  it('cuts a long list and says so', () => {
    const gained = Array.from({ length: 100 }, (_, index) => `drive line "lamp-${index}"`);
    const entry = {
      kind: 'installed',
      app: 'blink',
      version: '1.0.0',
      previousVersion: undefined,
      source: 'blink.kanchi',
      signer: undefined,
      gained,
    } as const;
    const line = parsed(auditLine(entry, 1, wallNs));
    expect(line).toMatchObject({ cut: true });
    expect(line['gained']).toEqual(gained.slice(0, 64));
  });

  it('is one line of JSON of bounded length, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom('\n', '"', '\\', '\ud800', '😀', '\u202e', 'a'),
        minLength: 800,
        maxLength: 3000,
      }),
    );
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 100 }), (source, signer, gained) => {
        const line = auditLine(
          {
            kind: 'installed',
            app: 'blink',
            version: '1.0.0',
            previousVersion: source,
            source,
            signer,
            gained,
          },
          1,
          wallNs,
        );
        expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(MAX_AUDIT_LINE_BYTES);
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
        expect(line.at(-1)).toBe('\n');
        expect(parsed(line)).toMatchObject({ kind: 'installed', app: 'blink', version: '1.0.0' });
      }),
      { numRuns: 100 },
    );
  });
});
