import { expect, it } from 'vitest';
import { guardConsumer, guardPid } from './guard-protocol.ts';

it('a guard is known by what the kernel shows of it', () => {
  expect(guardConsumer(4_194_304)).toBe('kanchi-guard 4194304');
  // The kernel keeps 31 bytes.
  expect(guardConsumer(4_194_304).length).toBeLessThan(32);
  expect(guardPid('kanchi-guard 4194304')).toBe(4_194_304);
  for (const other of ['kanchi-guard', 'kanchi-guard x', 'my kanchi-guard 1', 'blink', '']) {
    expect(guardPid(other)).toBeUndefined();
  }
});
