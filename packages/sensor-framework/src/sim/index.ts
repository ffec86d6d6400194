export type { At24c02Options } from './at24c02.ts';
export { At24c02, at24c02Addresses, at24c02Quantities } from './at24c02.ts';
export type { Bme280Options, Bme280Quantity } from './bme280.ts';
export { Bme280, bme280Addresses, bme280Quantities } from './bme280.ts';
export type { Bme280Timing } from './bme280-registers.ts';
export type { Bme280Trimming } from './bme280-trimming.ts';
export { defaultBme280Trimming } from './bme280-trimming.ts';
export type { ButtonOptions, ButtonQuantity } from './button.ts';
export { Button, buttonQuantities } from './button.ts';
export type { Ds1338Options, Ds1338Quantity } from './ds1338.ts';
export { Ds1338, ds1338Addresses, ds1338Quantities } from './ds1338.ts';
export { SimulatedKernelFiles } from './kernel-files.ts';
export { Led } from './led.ts';
export type { Mcp3008Options, Mcp3008Quantity } from './mcp3008.ts';
export { Mcp3008, mcp3008Quantities } from './mcp3008.ts';
export type { NmeaGpsFaults, NmeaGpsOptions, NmeaGpsQuantity } from './nmea-gps.ts';
export { NmeaGps, nmeaGpsQuantities } from './nmea-gps.ts';
export type { NmeaFix } from './nmea-sentence.ts';
export { formatGga, formatRmc, nmeaChecksum } from './nmea-sentence.ts';
export type {
  SimulatedGpioPart,
  SimulatedI2cPart,
  SimulatedPart,
  SimulatedPartContext,
  SimulatedSpiPart,
  SimulatedUartPart,
  WorldControl,
} from './parts.ts';
export { findSimulatedPart, simulatedParts } from './parts.ts';
export type { Signal, SineSignal, StepSignal } from './signal.ts';
export { MAX_SIGNAL_STEPS, parseSignal, signalAt } from './signal.ts';
export type { Tmp105Options, Tmp105Quantity } from './tmp105.ts';
export { Tmp105, tmp105Addresses, tmp105Quantities } from './tmp105.ts';
export type { W25q32Options } from './w25q32.ts';
export { W25q32, w25q32Quantities } from './w25q32.ts';
export type { Quantity, WorldData } from './world.ts';
