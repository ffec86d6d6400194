import { SensorError } from '../error.ts';

export function inUse(message: string, details: Readonly<Record<string, string>>): SensorError {
  return new SensorError('SENSOR_IN_USE', message, details);
}

export function limitReached(limit: string, value: number): SensorError {
  return new SensorError('SENSOR_LIMIT_REACHED', `${limit} is ${value}`, { limit, value });
}

export function unknownSensor(sensor: string): SensorError {
  return new SensorError('SENSOR_UNKNOWN_SENSOR', `there is no sensor ${sensor}`, { sensor });
}

export function unknownClient(client: string): SensorError {
  return new SensorError('SENSOR_UNKNOWN_CLIENT', `there is no client ${client}`, { client });
}

export function unknownRead(readId: number): SensorError {
  return new SensorError('SENSOR_UNKNOWN_READ', `no step of read ${readId} is on a bus`, { readId });
}
