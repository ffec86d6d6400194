import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bootPi } from '../boot/boot-pi.ts';

/** Two boots and a half. */
const LIMIT_MS = 120_000;

/** Children of this process that are QEMU. */
function emulators(): string[] {
  const table = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'args='], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes('qemu-system'));
}

describe('a boot', () => {
  it('gives the output and the exit code of its script, which finds its files', {
    timeout: LIMIT_MS,
  }, async () => {
    await using pi = await bootPi({
      machine: 'virt',
      script: '/opt/greet; echo second; exit 5',
      files: [{ path: '/opt/greet', content: '#!/bin/sh\necho first\n', executable: true }],
    });
    expect(await pi.ended).toEqual({ status: 5, output: 'first\nsecond\n' });
    expect(pi.consoleText).toMatch(/KANCHI-PI-START/u);
    await pi.close();
    expect(emulators()).toEqual([]);
  });

  it('ends in time with what was printed last', { timeout: LIMIT_MS }, async () => {
    await using pi = await bootPi({ machine: 'virt', script: 'sleep 600', limitMs: 10_000 });
    await expect(pi.ended).rejects.toMatchObject({
      code: 'PI_TIMED_OUT',
      message: expect.stringMatching(/no end of the script within 10000 ms; it printed last:\n/u),
    });
    const last = pi.consoleText.trimEnd().split('\n').at(-1) as string;
    await expect(pi.ended).rejects.toMatchObject({ message: expect.stringContaining(last) });
    await pi.close();
    expect(emulators()).toEqual([]);
  });

  it('says in QEMU’s words why it does not start', { timeout: LIMIT_MS }, async () => {
    const start = bootPi({ machine: 'virt', script: '', devices: ['no-such-part'] });
    await expect(start).rejects.toMatchObject({
      code: 'PI_QEMU_ENDED',
      message: expect.stringContaining("'no-such-part' is not a valid device model name"),
    });
    expect(emulators()).toEqual([]);
  });

  it('says when it is asked for something that a part does not have', { timeout: LIMIT_MS }, async () => {
    await using pi = await bootPi({ machine: 'virt', script: 'sleep 600' });
    await expect(pi.setTemperature('nothing', 20)).rejects.toMatchObject({ code: 'PI_QMP_FAILED' });
    await pi.close();
    await expect(pi.ended).rejects.toMatchObject({ code: 'PI_QEMU_ENDED' });
  });
});
