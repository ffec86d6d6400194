import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDs18b20Part } from './ds18b20.ts';
import { createKernelDriver, type FakeAttribute, FakeKernel } from './fake-kernel.test-support.ts';

const first = '/sys/bus/w1/devices/28-0316a2795bff';
const second = '/sys/bus/w1/devices/28-0517b25ba3ff';

/** The file of w1_therm: the scratchpad, its CRC and verdict, the scratchpad that is kept, the temperature. */
const slaveFile = (scratchpad: string, verdict: string, temperature: string): string => {
  const crc = scratchpad.slice(-2);
  return `${scratchpad} : crc=${crc} ${verdict}\n${scratchpad} t=${temperature}\n`;
};
/** Datasheet, table of temperatures and data: 0x0191 is 25.0625 degrees. */
const at25 = slaveFile('91 01 4b 46 7f ff 0f 10 25', 'YES', '25062');

const tree = (more: Readonly<Record<string, FakeAttribute>> = {}) =>
  new FakeKernel({
    [`${first}/w1_slave`]: at25,
    [`${first}/temperature`]: '25062\n',
    '/sys/bus/w1/devices/w1_bus_master1/w1_master_slaves': '28-0316a2795bff\n',
    '/sys/bus/w1/devices/10-000802b4ba0e/w1_slave': slaveFile('33 00 4b 46 ff ff 0d 10 1d', 'YES', '25312'),
    ...more,
  });
const create = (kernel: FakeKernel, options: Record<string, unknown> = {}) =>
  createKernelDriver(createDs18b20Part(kernel), options);
const sampleOf = (attribute: FakeAttribute) => create(tree({ [`${first}/w1_slave`]: attribute })).read();

describe('ds18b20', () => {
  it('reads the only part of its family, with one conversion for one reading', () => {
    const kernel = tree();
    const driver = create(kernel);
    expect(driver.channels).toEqual([
      { name: 'temperature', unit: 'degC', minimum: -55, maximum: 125, accuracy: 2 },
    ]);
    // A read blocks for 750 ms, and for five times that when the kernel tries again.
    expect(driver.times).toEqual({ shortestIntervalNs: 1_000_000_000n, stepTimeoutNs: 5_000_000_000n });
    kernel.readCount = 0;
    expect(driver.read()).toEqual([25.062]);
    expect(kernel.readCount).toBe(1);
    driver.close();
  });

  it.each([
    ['d0 07 4b 46 7f ff 10 10 00', '125000', 125],
    ['5e ff 4b 46 7f ff 02 10 00', '-10125', -10.125],
    ['90 fc 4b 46 7f ff 10 10 00', '-55000', -55],
    ['00 00 4b 46 7f ff 10 10 00', '0', 0],
  ])('gives for the bytes %s what the kernel makes of them', (scratchpad, temperature, value) => {
    expect(sampleOf(slaveFile(scratchpad, 'YES', temperature))).toEqual([value]);
  });

  it.each([
    ['a CRC that does not fit', slaveFile('91 01 4b 46 7f ff 0f 10 24', 'NO', '25062'), 'crc'],
    ['the power-on value', slaveFile('50 05 4b 46 7f ff 0c 10 1c', 'YES', '85000'), 'unavailable'],
    ['a data line that is held low', slaveFile('00 00 00 00 00 00 00 00 00', 'YES', '0'), 'unavailable'],
    ['too little power', slaveFile('ff 07 4b 46 7f ff 0c 10 00', 'YES', '127937'), 'out-of-range'],
    ['a conversion that failed, on kernels since 5.8', '', 'unavailable'],
    ['a text of another kind', '25062\n', 'unavailable'],
    ['a page that was cut', at25.slice(0, 60), 'unavailable'],
    ['EIO', { errno: 'EIO' }, 'unavailable'],
    ['ENODEV', { errno: 'ENODEV' }, 'not-present'],
    ['EAGAIN', { errno: 'EAGAIN' }, 'warming-up'],
  ] as const)('has no value for %s', (_, attribute, reason) => {
    expect(sampleOf(attribute)).toEqual([reason]);
  });

  it('takes 85 degrees for a temperature when the part has converted', () => {
    expect(sampleOf(slaveFile('50 05 4b 46 7f ff 10 10 00', 'YES', '85000'))).toEqual([85]);
  });

  it.each([
    ['23187\n', 23.187],
    ['-62\n', -0.062],
    ['85000\n', 'unavailable'],
    ['', 'unavailable'],
    ['126000\n', 'out-of-range'],
  ])('reads the file temperature where there is no w1_slave: %j', (text, value) => {
    const kernel = tree({ [`${first}/temperature`]: text });
    kernel.files.delete(`${first}/w1_slave`);
    expect(create(kernel).read()).toEqual([value]);
  });

  it('starts without the part, and is told when it comes and goes', () => {
    const kernel = tree();
    kernel.remove(first);
    const driver = create(kernel);
    const chosen = create(kernel, { id: '28-0316a2795bff' });
    expect([driver.read(), chosen.read()]).toEqual([['not-present'], ['not-present']]);
    kernel.files.set(`${first}/w1_slave`, at25);
    expect([driver.read(), chosen.read()]).toEqual([[25.062], [25.062]]);
  });

  it('reads the one that is named, and none of several when none is', () => {
    const kernel = tree();
    const driver = create(kernel);
    kernel.files.set(`${second}/w1_slave`, slaveFile('a2 00 4b 46 7f ff 0e 10 d8', 'YES', '10125'));
    expect(driver.read()).toEqual(['unavailable']);
    expect(create(kernel, { id: '28-0517b25ba3ff' }).read()).toEqual([10.125]);
    expect(() => create(kernel)).toThrow(
      expect.objectContaining({
        code: 'SENSOR_BAD_DESCRIPTION',
        message: expect.stringContaining('say which: there is 28-0316a2795bff, 28-0517b25ba3ff'),
      }),
    );
  });

  it.each([
    { options: { id: '' }, field: 'options.id', hint: 'it is like 28-0316a2795bff' },
    { options: { id: '../../etc/passwd' }, field: 'options.id', hint: 'there is 28-0316a2795bff' },
    { options: { id: '10-000802b4ba0e' }, field: 'options.id', hint: 'it is like' },
    { options: { id: 28 }, field: 'options.id', hint: 'it is like' },
    { options: { device: 'x' }, field: 'options.device', hint: 'it has id' },
  ])('refuses $options', ({ options, field, hint }) => {
    expect(() => create(tree(), options)).toThrow(
      expect.objectContaining({
        code: 'SENSOR_BAD_DESCRIPTION',
        message: expect.stringContaining(hint),
        details: { part: 'ds18b20', field },
      }),
    );
  });

  it('gives a value in range or a reason, whatever the file says', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.uint8Array({ minLength: 9, maxLength: 9 }), fc.integer({ min: -999_999, max: 999_999 }))
        .map(([bytes, value]) =>
          slaveFile(
            Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' '),
            'YES',
            String(value),
          ),
        ),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const [sample] = sampleOf(text);
        if (typeof sample === 'number') {
          expect(sample).toBeGreaterThanOrEqual(-55);
          expect(sample).toBeLessThanOrEqual(125);
        } else {
          expect(['unavailable', 'out-of-range']).toContain(sample);
        }
      }),
    );
  });
});
