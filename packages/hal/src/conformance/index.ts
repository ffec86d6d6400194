export type {
  ConformanceFixture,
  ConformanceGpio,
  ConformanceGroup,
  ConformanceI2c,
  ConformanceMmio,
  ConformanceSetup,
  ConformanceSpi,
  ConformanceUart,
} from './fixture.ts';
export { defineConformanceSuite } from './suite.ts';
