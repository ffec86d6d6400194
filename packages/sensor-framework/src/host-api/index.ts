export { createSensorApi, MAX_SENSOR_RECORDS } from './sensor-api.ts';
