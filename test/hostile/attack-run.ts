import { type AppExit, type AppListener, RuntimeError } from '@kanchi/runtime';
import { expect } from 'vitest';
import type { Attack } from './attack.ts';

/** What an attack came to, as everybody but the attacker saw it. */
export interface AttackRun {
  /** Undefined when the module was not even loaded. */
  readonly exit: AppExit | undefined;
  readonly refusal: RuntimeError | undefined;
  readonly said: Said;
  /** Accesses of the hardware outside the grants. */
  readonly violations: readonly string[];
  /** Handles that are open now and were not before. */
  readonly leftHandles: readonly string[];
  /** Clients of the host's sensors that are there now and were not before. */
  readonly leftClients: readonly string[];
  readonly lampLevel: number;
}

/** What the attacker got out: lines, refusals and bytes. */
export class Said implements AppListener {
  readonly logLines: string[] = [];
  readonly denials: string[] = [];
  output = '';
  readonly #decoder = new TextDecoder();

  log({ text }: { readonly text: string }): void {
    this.logLines.push(text);
  }

  denial(text: string): void {
    this.denials.push(text);
  }

  standardOutput(bytes: Uint8Array): void {
    this.output += this.#decoder.decode(bytes);
  }

  standardError(bytes: Uint8Array): void {
    this.standardOutput(bytes);
  }
}

/** Longest line that a person may find in a log: one of the guest's (1024 bytes), or a refusal with a url in it twice. */
const MAX_LINE = 4096;

/** What holds after every attack besides that there are no violations, and what its file says of it. */
export function expectAttackHeld(attack: Attack, run: AttackRun): void {
  const { exit, refusal, said } = run;
  const lines = [...said.logLines, ...said.denials];
  const message = exit?.message ?? refusal?.message ?? '';
  const ended = {
    ends: exit?.reason ?? 'refused',
    code: attack.code === undefined ? undefined : String(codeOf(attack.code, run)),
  };
  expect(ended, `${attack.name}: ${message}\n${lines.slice(0, 20).join('\n')}`).toEqual({
    ends: attack.ends,
    code: attack.code,
  });
  expect(exit?.code).not.toBe('KANCHI_INTERNAL');
  for (const part of attack.says) expect(message).toContain(part);
  for (const part of attack.tells) expect(lines.join('\n')).toContain(part);
  for (const [name, least] of Object.entries(attack.counts)) {
    const count = (exit?.counters as Readonly<Record<string, number>> | undefined)?.[name] ?? -1;
    expect(count, `counter ${name}`).toBeGreaterThanOrEqual(least);
  }
  // A person reads these on a terminal.
  expect([...lines, message].filter((line) => line.length > MAX_LINE || /[^\P{Cc}\t]/u.test(line))).toEqual(
    [],
  );
  expect(run.leftHandles).toEqual([]);
  expect(run.leftClients).toEqual([]);
  expect(run.lampLevel).toBe(0);
}

function codeOf(expected: string, { exit, refusal }: AttackRun): unknown {
  return /^\d+$/u.test(expected) ? exit?.exitCode : (exit?.code ?? refusal?.code);
}

/** What `load` gives, or why the module is refused. */
export function loadedOrRefused<Loaded>(load: () => Loaded): Loaded | RuntimeError {
  try {
    return load();
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
}
