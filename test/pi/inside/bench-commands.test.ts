import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** `kanchi gpio`, `i2c`, `spi` and `pins` on the real backend: expected values are of the datasheets. */

const COMMAND_LIMIT_MS = 150_000;
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
writeFileSync(
  join(folder, 'board.json'),
  JSON.stringify({
    kanchi: 1,
    name: 'desk',
    lines: { led: { pin: 11, direction: 'output' }, wire: { pin: 3 } },
    i2c: {
      devices: {
        thermometer: { bus: 1, address: '0x48', registerAddressing: {} },
        nobody: { bus: 1, address: '0x50' },
      },
    },
    spi: { devices: { flash: { bus: 0, chipSelect: 0 } } },
  }),
);
writeFileSync(
  join(folder, 'app.json'),
  JSON.stringify({ kanchi: 1, name: 'app', version: '1.0.0', permissions: [{ kind: 'log' }] }),
);

function kanchi(line: string) {
  const { status, stdout, stderr } = spawnSync('kanchi', line.split(' '), {
    cwd: folder,
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
  });
  return { status, stdout, stderr };
}

describe('bench work on the hardware of this machine', () => {
  it('kanchi pins knows the model, and which lines its buses have', () => {
    const { stdout } = kanchi('pins');
    expect(stdout).toMatch(/^Raspberry Pi 3, chip pinctrl-bcm2835/u);
    expect(stdout).toMatch(/^3 +GPIO2 +wire .*an I2C bus, .*i2c@7e804000.*, which is enabled/mu);
    expect(stdout).toMatch(/^11 +GPIO17 +led /mu);
  });

  it('kanchi doctor finds the serial port of the header by the device tree, and names what is missing', () => {
    const { stdout } = kanchi('doctor');
    expect(stdout).toMatch(/^machine +ok +Raspberry Pi 3 Model B/mu);
    expect(stdout).toMatch(/^drivers +ok +gpio character device v2 \(koffi\), i2c I2C_RDWR \(koffi\)/mu);
    // The mini UART at GPIO14 and 15 of this tree; /dev/ttyAMA0 is there and is another.
    expect(stdout).toMatch(/^UART +\S+ +\/dev\/ttyS1 is header pins 8 and 10/mu);
    expect(stdout).toMatch(/^1-wire +- +no 1-wire bus; apps that need it: write "dtoverlay=w1-gpio"/mu);
  });

  it('kanchi gpio holds a line, by its header pin, until Ctrl-C, and lets go of it', async () => {
    const command = spawn('kanchi', ['gpio', 'write', 'led', '1'], { cwd: folder });
    const ended = once(command, 'exit');
    await once(command.stdout, 'data');
    expect(kanchi('gpio write led 0 --seconds 0.1')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^kanchi: HAL_BUSY: line "led": .*kanchi gpio/u),
    });
    command.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(kanchi('gpio write led 0 --seconds 0.1')).toMatchObject({ status: 0, stdout: 'led 0\n' });
  });

  it('a line that a bus has is refused', () => {
    expect(kanchi('gpio read wire')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('HAL_BUSY: line "wire": GPIO line 2 is in use by an I2C bus, '),
    });
  });

  // TMP105, SBOS243: T(HIGH) is register 3, 80 degrees after power-on; T(LOW) is register 2.
  it('kanchi i2c reads and writes registers of a TMP105', () => {
    expect(kanchi('i2c read thermometer 3 2')).toEqual({ status: 0, stdout: '0x50 0x00\n', stderr: '' });
    expect(kanchi('i2c write thermometer 2 0x0a 0x00').stdout).toBe('thermometer: 3 bytes written\n');
    expect(kanchi('i2c read thermometer 2 2 --json').stdout).toBe(
      '{"device":"thermometer","register":2,"bytes":[10,0]}\n',
    );
  });

  it('nobody at an address is an error that says what to do', () => {
    expect(kanchi('i2c read nobody')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^kanchi: HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN: i2c "nobody" \(bus 1, address 0x50\): .*kanchi scan shows who answers\n$/u,
      ),
    });
  });

  it('what the manifest does not allow is refused with the line to add', () => {
    expect(kanchi('i2c write thermometer 2 0 --manifest app.json')).toMatchObject({
      status: 7,
      stderr: expect.stringMatching(
        /KANCHI_DENIED: app "app": .*"first":"0x02","last":"0x02","actions":\["write"\]/u,
      ),
    });
  });

  // W25Q32JV, section 8.2.31: manufacturer 0xef, memory type 0x40, capacity 0x16.
  it('kanchi spi identifies a flash', () => {
    expect(kanchi('spi transfer flash 0x9f --read 3').stdout).toBe('0xef 0x40 0x16\n');
  });
});
