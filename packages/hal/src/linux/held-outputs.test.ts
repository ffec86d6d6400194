import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../conformance/fixture-test.ts';
import type { GpioLineRequest } from '../contract/gpio.ts';
import type { PwmChannelRequest } from '../contract/pwm.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';
import { HeldOutputFile, MAX_HELD_OUTPUTS, readHeldOutputs } from './held-outputs.ts';

let folder = '';
let file = -1;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-held-'));
  file = openSync(join(folder, 'outputs'), 'wx+');
});
afterEach(() => {
  closeSync(file);
  rmSync(folder, { recursive: true });
});

const pump: GpioLineRequest = {
  offset: 22,
  consumer: 'pump',
  direction: 'output',
  initialLevel: 1,
  safeLevel: 0,
};

describe('the file of the outputs that a process holds', () => {
  it('has each output with all that it takes to request it, until it is released', () => {
    const held = new HeldOutputFile(file);
    expect(readHeldOutputs(file)).toEqual([]);
    const releasePump = held.holdLine(pump);
    const releaseLamp = held.holdLine({
      chip: 'pinctrl-rp1',
      offset: 5,
      consumer: 'lamp',
      direction: 'output',
      activeLow: true,
      drive: 'open-drain',
      safeLevel: 1,
    });
    const lamp = {
      kind: 'line',
      chip: 'pinctrl-rp1',
      offset: 5,
      activeLow: true,
      drive: 'open-drain',
      safeLevel: 1,
    };
    expect(readHeldOutputs(file)).toEqual([
      { kind: 'line', offset: 22, initialLevel: 1, safeLevel: 0 },
      lamp,
    ]);
    releasePump();
    expect(readHeldOutputs(file)).toEqual([lamp]);
    releaseLamp();
    expect(readHeldOutputs(file)).toEqual([]);
  });

  it('has no inputs, and no outputs that are to stay as they are', () => {
    const held = new HeldOutputFile(file);
    held.holdLine({ offset: 4, consumer: 'button', direction: 'input' });
    held.holdLine({ offset: 4, consumer: 'lamp', direction: 'output' });
    expect(readHeldOutputs(file)).toEqual([]);
  });

  it('takes 128 and refuses the next, until one is released', () => {
    const held = new HeldOutputFile(file);
    const releases = Array.from({ length: MAX_HELD_OUTPUTS }, (_, offset) =>
      held.holdLine({ ...pump, offset }),
    );
    expect(releases).toHaveLength(128);
    expect(codeOf(() => held.holdLine(pump))).toBe('HAL_LIMIT_REACHED');
    releases[7]?.();
    held.holdLine({ ...pump, offset: 200 });
    expect(readHeldOutputs(file)[7]).toMatchObject({ offset: 200 });
  });
});

it('a file that cannot be written is told before anything is held', () => {
  const unwritable = openSync(join(folder, 'outputs'), 'r');
  expect(codeOf(() => new HeldOutputFile(unwritable))).toBe('HAL_OTHER');
  closeSync(unwritable);
});

it('what finds no room in its place is refused before it is opened, and not left unguarded', () => {
  const held = new HeldOutputFile(file);
  const device = `${'a'.repeat(255)}.pwm`;
  expect(codeOf(() => held.holdChannel(device, { channel: 0, consumer: 'servo', periodNs: 1 }))).toBe(
    'HAL_TOO_LONG',
  );
  expect(readHeldOutputs(file)).toEqual([]);
});

describe('the lines of the Linux backend', () => {
  const piWith = () => new FakePi({ heldOutputs: new HeldOutputFile(file) });

  it('are in the file from before the request until the kernel has them back', () => {
    const pi = piWith();
    const line = pi.hal.openGpioLine(pump);
    expect(readHeldOutputs(file)).toEqual([{ kind: 'line', offset: 22, initialLevel: 1, safeLevel: 0 }]);
    line.close();
    expect(readHeldOutputs(file)).toEqual([]);
    pi.checkNothingHeld();
  });

  it('are not in it when the kernel refuses them', () => {
    const pi = piWith();
    const line = pi.hal.openGpioLine(pump);
    expect(codeOf(() => pi.hal.openGpioLine({ ...pump, consumer: 'other' }))).toBe('HAL_BUSY');
    expect(readHeldOutputs(file)).toHaveLength(1);
    line.close();
    pi.checkNothingHeld();
  });
});

describe('the PWM channels of the Linux backend', () => {
  const heater: PwmChannelRequest = {
    channel: 1,
    consumer: 'heater',
    periodNs: 20_000_000,
    dutyNs: 9_000_000,
    polarity: 'inversed',
    enabled: true,
    safeDutyNs: 1_000_000,
  };
  const noted = {
    kind: 'channel',
    chip: 'fe20c000.pwm',
    channel: 1,
    periodNs: 20_000_000,
    polarity: 'inversed',
    safeDutyNs: 1_000_000,
  };

  it('are in the file with what their safe state takes, from before the export until they are let go of', () => {
    const pi = new FakePi({ heldOutputs: new HeldOutputFile(file) });
    const notedAtChanges: unknown[] = [];
    pi.pwm.onChange = () => {
      notedAtChanges.push(readHeldOutputs(file));
    };
    pi.hal.openPwmChannel(heater).close();
    // Export, period, polarity, duty, on; the safe duty.
    expect(notedAtChanges).toHaveLength(6);
    expect(notedAtChanges).toEqual(notedAtChanges.map(() => [noted]));
    expect(readHeldOutputs(file)).toEqual([]);
  });

  it('are not in it when they cannot be opened', () => {
    const pi = new FakePi({ heldOutputs: new HeldOutputFile(file) });
    pi.process().hal.openPwmChannel(heater);
    expect(codeOf(() => pi.hal.openPwmChannel(heater))).toBe('HAL_BUSY');
    expect(readHeldOutputs(file)).toEqual([]);
  });
});
