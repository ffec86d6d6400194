export type { AlternateFunctions, HeaderFunctions } from './alternate-functions.ts';
export { headerLineNames } from './header-line-names.ts';
export {
  findHeaderPin,
  HEADER_PIN_COUNT,
  type HeaderPin,
  headerPinOfLine,
  headerPins,
} from './header-pins.ts';
export { findRaspberryPiModel, type RaspberryPiModel, raspberryPiModels } from './models.ts';
export { headerPwmDevices } from './pwm-devices.ts';
export { registerFileProblem } from './register-files.ts';
