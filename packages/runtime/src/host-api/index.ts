export { AppEvents, eventKind } from '../app/app-events.ts';
export { type ErrorName, errorNumber } from '../guest/error-number.ts';
export { GuestTrap } from '../guest/guest-trap.ts';
export type { ConnectionGrant, MessageGrant, SensorGrant } from '../permission/grant.ts';
export { sensorPermits, sensorRefusal } from '../permission/sensor.ts';
export type { AppContext } from './app-context.ts';
export {
  badHandle,
  closeHandle,
  deny,
  fail,
  failFromHal,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
export type { HostApi, HostFunction } from './host-api.ts';
