import type { HostFunction } from '@kanchi/runtime/extension';
import type { FrameworkApp } from './framework-abi.ts';
import { connectionImports } from './imports-connection.ts';
import { messageImports } from './imports-message.ts';
import { sensorImports } from './imports-sensor.ts';
import { timerImports } from './imports-timer.ts';

/** WebAssembly type of each function of WAMR's app framework in `env` (docs/host-api/wamr.md). */
export const frameworkSignatures: Readonly<Record<string, string>> = {
  wasm_sensor_open: '(ii)i',
  wasm_sensor_config: '(iiii)i',
  wasm_sensor_config_with_attr_container: '(iii)i',
  wasm_sensor_close: '(i)i',
  wasm_create_timer: '(iii)i',
  wasm_timer_destroy: '(i)',
  wasm_timer_cancel: '(i)',
  wasm_timer_restart: '(ii)',
  wasm_get_sys_tick_ms: '()i',
  wasm_register_resource: '(i)',
  wasm_sub_event: '(i)',
  wasm_post_request: '(ii)',
  wasm_response_send: '(ii)i',
  wasm_open_connection: '(iii)i',
  wasm_close_connection: '(i)',
  wasm_send_on_connection: '(iii)i',
  wasm_config_connection: '(iii)i',
};

export function frameworkImports(app: FrameworkApp): Readonly<Record<string, HostFunction>> {
  return {
    ...sensorImports(app),
    ...timerImports(app),
    ...messageImports(app),
    ...connectionImports(app),
  };
}
