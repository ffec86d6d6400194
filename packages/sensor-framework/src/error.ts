/**
 * Every error code of this package. `kind` is where callers branch. The page `docs/sensors/errors.md` lists the same
 * codes.
 */
export const sensorErrorTable = {
  SENSOR_BAD_SIGNAL: {
    kind: 'bad-argument',
    summary: 'a simulated quantity is not a number or a valid signal',
  },
  SENSOR_BAD_OPTION: { kind: 'bad-argument', summary: 'an option of a simulated part is outside its range' },
  SENSOR_BAD_READING: {
    kind: 'bad-argument',
    summary: 'a reading has no finite value and no reason, or is of another channel',
  },
  SENSOR_UNKNOWN_PART: { kind: 'not-found', summary: 'no simulated part has this name' },
  SENSOR_UNKNOWN_QUANTITY: { kind: 'not-found', summary: 'the simulated part has no quantity of this name' },
  SENSOR_BAD_CONTRACT: {
    kind: 'bad-argument',
    summary: 'a field of a contract or of one of its filters is outside its range',
  },
  SENSOR_BAD_DESCRIPTION: {
    kind: 'bad-argument',
    summary: 'a field of a sensor description is outside its range',
  },
  SENSOR_UNKNOWN_SENSOR: { kind: 'not-found', summary: 'no sensor has this name' },
  SENSOR_UNKNOWN_CLIENT: { kind: 'not-found', summary: 'no client has this name' },
  SENSOR_UNKNOWN_READ: { kind: 'not-found', summary: 'no read of this number is in flight' },
  SENSOR_IN_USE: {
    kind: 'already-in-use',
    summary: 'a sensor or client of this name exists, or the sensor still has clients',
  },
  SENSOR_BAD_PACKET: {
    kind: 'bad-argument',
    summary: 'bytes are no attribute container or packet, or one cannot hold what it is given',
  },
  SENSOR_LIMIT_REACHED: { kind: 'limit-reached', summary: 'a table with a named limit is full' },
  SENSOR_LINK_FAILED: { kind: 'unavailable', summary: 'the host link cannot be opened or reached' },
  SENSOR_LINK_CLOSED: { kind: 'disconnected', summary: 'the host link is closed' },
  SENSOR_LINK_TIMEOUT: { kind: 'timeout', summary: 'the device did not answer on the host link in time' },
} as const;

export type SensorErrorCode = keyof typeof sensorErrorTable;
export type SensorErrorKind = (typeof sensorErrorTable)[SensorErrorCode]['kind'];

/** Plain fields that name what was wrong; JSON values, so that they cross thread borders. */
export type SensorErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** The one error class of `@kanchi/sensor-framework`. */
export class SensorError extends Error {
  override readonly name = 'SensorError';
  readonly code: SensorErrorCode;
  readonly kind: SensorErrorKind;
  readonly details: SensorErrorDetails;

  constructor(code: SensorErrorCode, message: string, details: SensorErrorDetails = {}) {
    super(message);
    this.code = code;
    this.kind = sensorErrorTable[code].kind;
    this.details = details;
  }
}
