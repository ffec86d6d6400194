import { describe, expect, it } from 'vitest';
import { createKernelDriver, FakeKernel, sampleByName } from './fake-kernel.test-support.ts';
import { createIioPart } from './iio.ts';

const folder = '/sys/bus/iio/devices';
const tree = () =>
  new FakeKernel({
    // The numbers are those of a BME280 and of an MCP3008 in their kernel drivers.
    [`${folder}/iio:device0/name`]: 'bme280\n',
    [`${folder}/iio:device0/in_temp_input`]: '24380\n',
    [`${folder}/iio:device0/in_humidityrelative_input`]: '39396\n',
    [`${folder}/iio:device0/in_pressure_input`]: '102.129031250\n',
    [`${folder}/iio:device0/in_temp_oversampling_ratio`]: '2\n',
    [`${folder}/iio:device1/name`]: 'mcp3008\n',
    [`${folder}/iio:device1/in_voltage0_raw`]: '512\n',
    [`${folder}/iio:device1/in_voltage1_raw`]: '1023\n',
    [`${folder}/iio:device1/in_voltage0-voltage1_raw`]: '3\n',
    [`${folder}/iio:device1/in_voltage0_mean_raw`]: '512\n',
    [`${folder}/iio:device1/in_voltage_scale`]: '3.222656250\n',
    [`${folder}/iio:device1/in_voltage-voltage_scale`]: '6.445312500\n',
    [`${folder}/iio:device2/name`]: 'mixed\n',
    [`${folder}/iio:device2/in_temp0_raw`]: '100\n',
    [`${folder}/iio:device2/in_temp0_offset`]: '-273\n',
    [`${folder}/iio:device2/in_temp0_scale`]: '1000\n',
    [`${folder}/iio:device2/in_accel_x_raw`]: '-2048\n',
    [`${folder}/iio:device2/in_accel_scale`]: '0.004788403\n',
    [`${folder}/iio:device2/in_magn_z_raw`]: '1000\n',
    [`${folder}/iio:device2/in_magn_z_scale`]: '0.001\n',
    [`${folder}/iio:device2/in_current_raw`]: '7\n',
    [`${folder}/iio:device2/in_timestamp_raw`]: '7\n',
    [`${folder}/trigger0/name`]: 'sysfstrig1\n',
  });
const create = (kernel: FakeKernel, options: Record<string, unknown>) =>
  createKernelDriver(createIioPart(kernel), options);

describe('iio', () => {
  it('takes values that the kernel has scaled', () => {
    const driver = create(tree(), { device: 'bme280' });
    expect(driver.channels.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      'humidityrelative percent',
      'pressure Pa',
      'temp degC',
    ]);
    const { temp, humidityrelative, pressure } = sampleByName(driver);
    expect(temp).toBe(24.38);
    expect(humidityrelative).toBe(39.396);
    expect(pressure).toBeCloseTo(102_129.03125, 6);
  });

  it('scales raw values, with the scale of the type or of differences', () => {
    const driver = create(tree(), { device: 'mcp3008' });
    expect(driver.channels.map(({ name }) => name)).toEqual(['voltage0', 'voltage0-voltage1', 'voltage1']);
    const sample = sampleByName(driver);
    expect(sample['voltage0']).toBeCloseTo(1.65, 9);
    expect(sample['voltage1']).toBeCloseTo(3.296_777, 6);
    expect(sample['voltage0-voltage1']).toBeCloseTo(0.019_336, 6);
  });

  it('adds the offset before it scales, and leaves out what has no unit', () => {
    const driver = create(tree(), { device: 'mixed' });
    const sample = sampleByName(driver);
    expect(Object.keys(sample)).toEqual(['accel_x', 'magn_z', 'temp0']);
    // (100 - 273) * 1000 millidegrees.
    expect(sample['temp0']).toBe(-173);
    expect(sample['accel_x']).toBeCloseTo(-9.806_649, 6);
    // 1 gauss is 1e-4 tesla.
    expect(sample['magn_z']).toBeCloseTo(1e-4, 12);
  });

  it('gives the reason of whichever attribute failed', () => {
    const kernel = tree();
    const path = `${folder}/iio:device2`;
    const read = () => create(kernel, { device: 'mixed', channels: ['temp0'] }).read();
    kernel.files.set(`${path}/in_temp0_offset`, { errno: 'EIO' });
    expect(read()).toEqual(['unavailable']);
    kernel.files.set(`${path}/in_temp0_offset`, '0\n');
    kernel.files.set(`${path}/in_temp0_scale`, { errno: 'ETIMEDOUT' });
    expect(read()).toEqual(['timeout']);
    kernel.files.set(`${path}/in_temp0_raw`, { errno: 'EAGAIN' });
    expect(read()).toEqual(['warming-up']);
    kernel.files.set(`${path}/in_temp0_raw`, '7 8\n');
    expect(read()).toEqual(['unavailable']);
    kernel.files.delete(`${path}/in_temp0_raw`);
    expect(read()).toEqual(['not-present']);
    expect(create(kernel, { device: 'mixed', channels: ['current'] }).read()).toEqual(['unavailable']);
  });

  it.each(['timestamp', 'voltage0_mean', '../temp', 'temp/../x', 'toString', ''])(
    'refuses the channel %j',
    (name) => {
      expect(() => create(tree(), { device: 'mcp3008', channels: [name] })).toThrow(
        expect.objectContaining({
          code: 'SENSOR_BAD_DESCRIPTION',
          details: { part: 'iio', field: 'options.channels' },
        }),
      );
    },
  );
});
