import { readFileSync } from 'node:fs';
import type { ConformanceFixture } from '@kanchi/hal/conformance';

/** System timer, compare register 0 (BCM2835 ARM Peripherals, section 12.1): keeps all bits, and nobody listens to it. */
const SYSTEM_TIMER = 0x3f00_3000;
const COMPARE_0 = 0x0c;

const PWM_CHANNEL = 1;

/** What the kernel keeps of the channel, which stays when the channel is taken out of sysfs (pwm_dbg_show in drivers/pwm/core.c). */
function observedPwm() {
  const text = readFileSync('/sys/kernel/debug/pwm', 'utf8');
  const line = text.split('\n').find((each) => each.startsWith(` pwm-${PWM_CHANNEL} `)) ?? '';
  const [, periodNs, dutyNs, polarity] =
    /period: (\d+) ns duty: (\d+) ns polarity: (normal|inverse)/u.exec(line) ?? [];
  return {
    periodNs: Number(periodNs),
    dutyNs: Number(dutyNs),
    enabled: line.includes(' enabled '),
    polarity: polarity === 'inverse' ? ('inversed' as const) : ('normal' as const),
  };
}

/** What the conformance suite finds on the emulated Raspberry Pi 3, whatever drivers the backend has. */
export const raspberryPiWiring = {
  gpio: { freeLine: 22, pullsShow: false },
  i2c: { bus: 1, missingBus: 99, absentAddress: 0x51, memory: { address: 0x50, writeNs: 5_000_000n } },
  spi: { bus: 0, chipSelect: 1, missingChipSelect: 9, loopback: false },
  mmio: {
    device: '/dev/mem',
    missingDevice: '/dev/no-such-registers',
    base: SYSTEM_TIMER,
    byteLength: 0x20,
    readWriteOffset: COMPARE_0,
  },
  pwm: { channel: PWM_CHANNEL, missingChannel: 2, observe: observedPwm },
} satisfies Partial<ConformanceFixture>;
