import { describe, expect, it } from 'vitest';
import { createKernelDriver, FakeKernel } from './fake-kernel.test-support.ts';
import { createThermalZonePart } from './thermal-zone.ts';

const zone = (number: number) => `/sys/class/thermal/thermal_zone${number}`;
const tree = () =>
  new FakeKernel({
    [`${zone(0)}/type`]: 'cpu-thermal\n',
    [`${zone(0)}/temp`]: '25178\n',
    [`${zone(10)}/type`]: 'acpitz\n',
    [`${zone(10)}/temp`]: '-5000\n',
    [`${zone(2)}/type`]: 'acpitz\n',
    [`${zone(2)}/temp`]: '40000\n',
    '/sys/class/thermal/cooling_device0/type': 'Processor\n',
  });
const create = (kernel: FakeKernel, options: Record<string, unknown>) =>
  createKernelDriver(createThermalZonePart(kernel), options);

describe('thermal-zone', () => {
  it('reads a zone by its type, in degrees', () => {
    const driver = create(tree(), { zone: 'cpu-thermal' });
    expect(driver.channels).toMatchObject([{ name: 'temperature', unit: 'degC', minimum: -273.15 }]);
    expect(driver.read()).toEqual([25.178]);
    driver.close();
  });

  it('reads a zone by its number', () => {
    expect(create(tree(), { zone: 10 }).read()).toEqual([-5]);
    expect(create(tree(), { zone: 2 }).read()).toEqual([40]);
  });

  it('waits for a zone that is not there yet, and finds it under another number', () => {
    const kernel = tree();
    const driver = create(kernel, { zone: 'gpu-thermal' });
    expect(driver.read()).toEqual(['not-present']);
    kernel.files.set(`${zone(5)}/type`, 'gpu-thermal\n');
    kernel.files.set(`${zone(5)}/temp`, '61000\n');
    expect(driver.read()).toEqual([61]);
    kernel.remove(zone(5));
    expect(driver.read()).toEqual(['not-present']);
    expect(create(kernel, { zone: 7 }).read()).toEqual(['not-present']);
  });

  it('does not read a zone that has become another one', () => {
    const kernel = tree();
    const driver = create(kernel, { zone: 'cpu-thermal' });
    expect(driver.read()).toEqual([25.178]);
    kernel.files.set(`${zone(0)}/type`, 'wifi\n');
    expect(driver.read()).toEqual(['not-present']);
    kernel.files.set(`${zone(1)}/type`, 'cpu-thermal\n');
    kernel.files.set(`${zone(1)}/temp`, '30000\n');
    expect(driver.read()).toEqual([30]);
  });

  it.each([
    ['EAGAIN', 'warming-up'],
    ['EIO', 'unavailable'],
    ['ENODEV', 'not-present'],
    ['ENOENT', 'not-present'],
    ['ENXIO', 'not-present'],
    ['ETIMEDOUT', 'timeout'],
    ['EBADMSG', 'crc'],
    ['ENODATA', 'unavailable'],
    ['EINVAL', 'unavailable'],
    ['EACCES', 'unavailable'],
  ])('says for %s: %s', (errno, reason) => {
    const kernel = tree();
    kernel.files.set(`${zone(0)}/temp`, { errno });
    expect(create(kernel, { zone: 'cpu-thermal' }).read()).toEqual([reason]);
  });

  it.each([
    ['', 'unavailable'],
    ['\n', 'unavailable'],
    ['12 degrees\n', 'unavailable'],
    ['0x10\n', 'unavailable'],
    ['1e3\n', 'unavailable'],
    ['NaN\n', 'unavailable'],
    ['1\n2\n', 'unavailable'],
    ['-274000\n', 'unavailable'],
    ['-300000\n', 'out-of-range'],
    ['99999999999\n', 'out-of-range'],
  ])('has no value for %j: %s', (text, reason) => {
    const kernel = tree();
    kernel.files.set(`${zone(0)}/temp`, text);
    expect(create(kernel, { zone: 0 }).read()).toEqual([reason]);
  });

  it('throws an error that is not the kernel’s', () => {
    const kernel = tree();
    const driver = create(kernel, { zone: 0 });
    const broken = new TypeError('a defect');
    kernel.readText = () => {
      throw broken;
    };
    expect(() => driver.read()).toThrow(broken);
    Object.assign(broken, { code: 'ERR_INVALID_ARG_TYPE' });
    expect(() => driver.read()).toThrow(broken);
  });

  it.each([
    { options: {}, field: 'options.zone', hint: 'cpu-thermal, acpitz' },
    { options: { zone: '' }, field: 'options.zone', hint: 'cpu-thermal, acpitz' },
    { options: { zone: -1 }, field: 'options.zone', hint: 'number' },
    { options: { zone: 1.5 }, field: 'options.zone', hint: 'number' },
    { options: { zone: 'acpitz' }, field: 'options.zone', hint: '2 zones' },
    { options: { zone: 0, device: 'x' }, field: 'options.device', hint: 'it has zone' },
  ])('refuses $options', ({ options, field, hint }) => {
    expect(() => create(tree(), options)).toThrow(
      expect.objectContaining({
        code: 'SENSOR_BAD_DESCRIPTION',
        message: expect.stringContaining(hint),
        details: { part: 'thermal-zone', field },
      }),
    );
  });
});
