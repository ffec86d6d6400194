import { describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';

describe('kanchi scan', () => {
  it('finds the chips of a simulated board by the names of its board file', async () => {
    const { stdout, status } = await runCommand(['scan', 'examples/two-rates', '--backend', 'mock']);
    expect(stdout.split('\n').slice(1)).toEqual([
      '  0x76  environment (bme280)',
      '111 addresses that nobody acknowledged',
      '',
    ]);
    expect(status).toBe(0);
  });

  it('refuses a bus that cannot be', async () => {
    const { stderr, status } = await runCommand(['scan', 'examples/two-rates', '--bus', 'x']);
    expect(stderr).toBe('kanchi: KANCHI_USAGE: --bus is the number of an I2C bus, 0 to 255, not "x"\n');
    expect(status).toBe(2);
  });

  it('wants a board file for simulated hardware', async () => {
    const { stderr, status } = await runCommand(['scan', '--backend', 'mock']);
    expect(stderr).toContain('simulated hardware is what a board file says');
    expect(status).toBe(2);
  });
});

describe('kanchi doctor', () => {
  it('tells of each thing whether it is there, and ends with 1 only where something is missing', async () => {
    const { stdout, status } = await runCommand(['doctor']);
    expect(stdout).toMatch(/^(?:system|machine) /mu);
    expect(status).toBe(/ MISSING /u.test(stdout) ? 1 : 0);
  });
});
