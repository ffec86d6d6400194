/**
 * Devices of the PWM controllers whose channels can be on the header, as the kernel names them: the address of the registers, which
 * stays, where the number of `pwmchip` moves (pwmchip2 and pwmchip0 were seen on a Pi 5). Sources: the kernel's device trees (node `pwm` of
 * bcm283x.dtsi and bcm2711.dtsi, `pwm0` of rp1-common.dtsi).
 */
export const headerPwmDevices: readonly string[] = [
  // Raspberry Pi 1 and Zero.
  '2020c000.pwm',
  // 2, 3 and Zero 2.
  '3f20c000.pwm',
  // 4. Its second controller, fe20c800.pwm, is the one of the audio jack.
  'fe20c000.pwm',
  // 5. Its second one, 1f0009c000.pwm, turns the fan.
  '1f00098000.pwm',
];
