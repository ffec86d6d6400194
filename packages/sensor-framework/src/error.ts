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
