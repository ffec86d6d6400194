export { type BoardSensorsOptions, openBoardSensors } from './board-sensors.ts';
export type { HubSensorEntry } from './hub-sensor.ts';
export { HubSession } from './hub-session.ts';
export type { HubClientState, SensorState } from './hub-state.ts';
export {
  createRunningStepMemory,
  type RunningStep,
  RunningStepReader,
  RunningStepWriter,
} from './running-step.ts';
export type { SensorHubOptions } from './sensor-hub.ts';
export { SensorHub } from './sensor-hub.ts';
export type { SensorOutline, SensorPort } from './sensor-port.ts';
