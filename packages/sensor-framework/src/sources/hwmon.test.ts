import { millisecondsToNs } from '@kanchi/hal';
import { describe, expect, it } from 'vitest';
import { createKernelDriver, FakeKernel, sampleByName } from './fake-kernel.test-support.ts';
import { createHwmonPart } from './hwmon.ts';

const folder = '/sys/class/hwmon';
const tree = () =>
  new FakeKernel({
    [`${folder}/hwmon0/name`]: 'cpu_thermal\n',
    [`${folder}/hwmon0/temp1_input`]: '48312\n',
    [`${folder}/hwmon1/name`]: 'board\n',
    [`${folder}/hwmon1/temp1_input`]: '21000\n',
    [`${folder}/hwmon1/temp1_max`]: '90000\n',
    [`${folder}/hwmon1/temp2_input`]: '22500\n',
    [`${folder}/hwmon1/temp2_fault`]: '0\n',
    [`${folder}/hwmon1/temp10_input`]: '-1\n',
    [`${folder}/hwmon1/in0_input`]: '3301\n',
    [`${folder}/hwmon1/curr1_input`]: '-250\n',
    [`${folder}/hwmon1/power1_input`]: '1234567\n',
    [`${folder}/hwmon1/humidity1_input`]: '45678\n',
    [`${folder}/hwmon1/fan1_input`]: '1200\n',
    [`${folder}/hwmon1/energy1_input`]: '1\n',
    [`${folder}/hwmon2/name`]: 'nvme\n',
    [`${folder}/hwmon2/temp1_input`]: '30000\n',
    [`${folder}/hwmon10/name`]: 'nvme\n',
    [`${folder}/hwmon10/temp1_input`]: '31000\n',
  });
const create = (kernel: FakeKernel, options: Record<string, unknown>) =>
  createKernelDriver(createHwmonPart(kernel), options);

describe('hwmon', () => {
  it('reads every kind of channel in the unit that channels have', () => {
    const driver = create(tree(), { device: 'board' });
    expect(driver.channels.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'curr1 A',
      'fan1 rpm',
      'humidity1 percent',
      'in0 V',
      'power1 W',
      'temp1 degC',
      'temp2 degC',
      'temp10 degC',
    ]);
    expect(sampleByName(driver)).toEqual({
      curr1: -0.25,
      fan1: 1200,
      humidity1: 45.678,
      in0: 3.301,
      power1: 1.234567,
      temp1: 21,
      temp2: 22.5,
      temp10: -0.001,
    });
  });

  it('reads the channels that were listed, in that order', () => {
    const driver = create(tree(), { device: 'board', channels: ['temp2', 'in0'] });
    expect(sampleByName(driver)).toEqual({ temp2: 22.5, in0: 3.301 });
    expect(driver.channels.map(({ name }) => name)).toEqual(['temp2', 'in0']);
  });

  it('gives each channel its own reason', () => {
    const kernel = tree();
    const path = `${folder}/hwmon1`;
    const driver = create(kernel, { device: 'board' });
    kernel.files.set(`${path}/temp2_fault`, '1\n');
    kernel.files.set(`${path}/temp10_input`, { errno: 'ENODATA' });
    kernel.files.set(`${path}/temp10_enable`, '0\n');
    kernel.files.set(`${path}/in0_input`, { errno: 'ENODATA' });
    kernel.files.set(`${path}/curr1_input`, { errno: 'ETIMEDOUT' });
    kernel.files.set(`${path}/humidity1_input`, '100001\n');
    kernel.files.set(`${path}/fan1_input`, '-1\n');
    kernel.files.delete(`${path}/power1_input`);
    expect(sampleByName(driver)).toEqual({
      curr1: 'timeout',
      fan1: 'out-of-range',
      humidity1: 'out-of-range',
      in0: 'unavailable',
      power1: 'not-present',
      temp1: 21,
      temp2: 'unavailable',
      temp10: 'off',
    });
  });

  it('follows a device that comes back under another number, and leaves its old folder to the new owner', () => {
    const kernel = tree();
    const driver = create(kernel, { device: 'cpu_thermal' });
    expect(driver.read()).toEqual([48.312]);
    kernel.remove(`${folder}/hwmon0`);
    expect(driver.read()).toEqual(['not-present']);
    kernel.files.set(`${folder}/hwmon0/name`, 'other\n');
    kernel.files.set(`${folder}/hwmon0/temp1_input`, '99000\n');
    expect(driver.read()).toEqual(['not-present']);
    kernel.files.set(`${folder}/hwmon7/name`, 'cpu_thermal\n');
    kernel.files.set(`${folder}/hwmon7/temp1_input`, '50000\n');
    expect(driver.read()).toEqual([50]);
  });

  it('starts without the device when its channels are listed', () => {
    const kernel = new FakeKernel({});
    const driver = create(kernel, { device: 'lm75', channels: ['temp1'] });
    expect(driver.read()).toEqual(['not-present']);
    kernel.files.set(`${folder}/hwmon0/name`, 'lm75\n');
    kernel.files.set(`${folder}/hwmon0/temp1_input`, '25000\n');
    expect(driver.read()).toEqual([25]);
  });

  it('takes one of several devices of a name by its place, by rising number', () => {
    expect(create(tree(), { device: 'nvme', index: 0 }).read()).toEqual([30]);
    expect(create(tree(), { device: 'nvme', index: 1 }).read()).toEqual([31]);
    expect(create(tree(), { device: 'nvme', index: 2, channels: ['temp1'] }).read()).toEqual(['not-present']);
  });

  it('reads none of two devices of one name when the second came later', () => {
    const kernel = tree();
    const driver = create(kernel, { device: 'cpu_thermal' });
    kernel.remove(`${folder}/hwmon0`);
    for (const number of [20, 21]) {
      kernel.files.set(`${folder}/hwmon${number}/name`, 'cpu_thermal\n');
      kernel.files.set(`${folder}/hwmon${number}/temp1_input`, '1000\n');
    }
    expect(driver.read()).toEqual(['unavailable']);
  });

  it('is not read faster than the part measures', () => {
    const kernel = tree();
    expect(create(kernel, { device: 'board' }).times.shortestIntervalNs).toBe(millisecondsToNs(10));
    for (const [text, milliseconds] of [
      ['1000\n', 1000],
      ['2\n', 10],
      ['fast\n', 10],
      ['99999999999\n', 10],
    ] as const) {
      kernel.files.set(`${folder}/hwmon1/update_interval`, text);
      const { times } = create(kernel, { device: 'board' });
      expect(times.shortestIntervalNs).toBe(millisecondsToNs(milliseconds));
    }
  });

  it.each([
    { options: {}, field: 'options.device', hint: 'there is cpu_thermal, board, nvme' },
    { options: { device: 7 }, field: 'options.device', hint: 'there is cpu_thermal' },
    { options: { device: 'nvme' }, field: 'options.index', hint: '0 to 1' },
    { options: { device: 'nvme', index: -1 }, field: 'options.index', hint: '0 to' },
    { options: { device: 'lm75' }, field: 'options.channels', hint: 'there is cpu_thermal, board, nvme' },
    { options: { device: 'board', channels: [] }, field: 'options.channels', hint: '1 to 64' },
    { options: { device: 'board', channels: [1] }, field: 'options.channels', hint: '1 to 64' },
    { options: { device: 'board', channels: ['in0', 'in0'] }, field: 'options.channels', hint: 'each once' },
    { options: { device: 'board', channels: ['energy1'] }, field: 'options.channels', hint: 'energy1' },
    { options: { device: 'board', channels: ['../../temp1'] }, field: 'options.channels', hint: 'temp1' },
    {
      options: { device: 'board', channels: ['constructor1'] },
      field: 'options.channels',
      hint: 'constructor1',
    },
    { options: { device: 'board', zone: 0 }, field: 'options.zone', hint: 'device, index, channels' },
  ])('refuses $options', ({ options, field, hint }) => {
    expect(() => create(tree(), options)).toThrow(
      expect.objectContaining({
        code: 'SENSOR_BAD_DESCRIPTION',
        message: expect.stringContaining(hint),
        details: { part: 'hwmon', field },
      }),
    );
  });

  it('refuses a device with more channels than a sensor may have, unless some are listed', () => {
    const kernel = tree();
    for (let index = 1; index <= 65; index += 1)
      kernel.files.set(`${folder}/hwmon0/temp${index}_input`, '1\n');
    expect(() => create(kernel, { device: 'cpu_thermal' })).toThrow(/has 65 channels/);
    expect(create(kernel, { device: 'cpu_thermal', channels: ['temp65'] }).read()).toEqual([0.001]);
  });
});
