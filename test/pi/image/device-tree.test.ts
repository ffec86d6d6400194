import { describe, expect, it } from 'vitest';
import { disableBluetooth, enableSpi } from './device-tree.ts';

const tree = (spi: string): string => `/ {
  soc {
    gpio@7e200000 {
      #gpio-cells = <0x02>;
      phandle = <0x1c>;
      pins {
        phandle = <0x99>;
      };
    };
    spi@7e204000 {
      reg = <0x7e204000 0x200>;
      ${spi}
    };
    i2c@7e205000 {
      status = "disabled";
    };
  };
};
`;

describe('device tree of the emulated Pi', () => {
  it('switches SPI0 on without DMA, with a spidev on each chip select after the properties, and nothing else', () => {
    const dma = 'dmas = <0x0b 0x06 0x0b 0x07>; dma-names = "tx\\0rx";';
    const changed = enableSpi(tree(`${dma} status = "disabled";`));
    const node = changed.slice(changed.indexOf('spi@7e204000'), changed.indexOf('i2c@7e205000'));
    expect(node).toMatch(
      /status = "okay"; cs-gpios = <0x1c 8 1 0x1c 7 1>; pinctrl-names = "default"; pinctrl-0 = <28673 28674>;\s+spidev@0 \{[^}]*reg = <0>;[^}]*\};\s+spidev@1 \{[^}]*reg = <1>;[^}]*\};\s+\};/u,
    );
    expect(node).not.toContain('dma');
    expect(changed).toMatch(
      /phandle = <0x1c>;\s+spi0_pins \{\s+brcm,pins = <9 10 11>;[^}]*phandle = <28673>;\s+\};\s+spi0_cs_pins \{\s+brcm,pins = <8 7>;[^}]*phandle = <28674>;\s+\};\s+pins \{/u,
    );
    expect(node.match(/compatible = "rohm,dh2228fv";/gu)).toHaveLength(2);
    expect(changed.slice(changed.indexOf('i2c@7e205000'))).toContain('status = "disabled";');
  });

  it.each([
    ['has no SPI0', '/ { };'],
    ['has SPI0 on', tree('status = "okay";')],
    ['has no GPIO controller', tree('status = "disabled";').replace('gpio@7e200000', 'gpio@fe200000')],
    ['has children there', tree('status = "disabled"; flash@0 { };')],
  ])('refuses a tree that %s', (_name, source) => {
    expect(() => enableSpi(source)).toThrow(expect.objectContaining({ code: 'PI_BUILD_FAILED' }));
  });

  it('takes the Bluetooth chip from the serial port, and refuses a tree without one', () => {
    const port = 'serial@7e201000 { status = "okay"; bluetooth { compatible = "x"; }; };';
    expect(disableBluetooth(port)).toMatch(
      /^serial@7e201000 \{ status = "okay"; bluetooth \{\s+status = "disabled"; compatible = "x"; \}; \};$/u,
    );
    expect(() => disableBluetooth(tree(''))).toThrow(expect.objectContaining({ code: 'PI_BUILD_FAILED' }));
  });
});
