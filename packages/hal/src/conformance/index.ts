export type {
  ConformanceFixture,
  ConformanceGpio,
  ConformanceGroup,
  ConformanceI2c,
  ConformanceMmio,
  ConformancePwm,
  ConformanceSetup,
  ConformanceSpi,
  ConformanceUart,
} from './fixture.ts';
export { defineConformanceSuite } from './suite.ts';
