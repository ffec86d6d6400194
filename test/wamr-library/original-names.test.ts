import { beforeAll, expect, it } from 'vitest';
import { compileWithLibrary, FrameworkHost, fromHex, hex, hexText } from './framework-host.ts';

/** An app as they are written for the original: its names, arrays of one for structures, handlers that may write. */
const source = `
#include <wamr/original-names.h>
static user_timer_t timer;
static void on_update(user_timer_t which)
{
    printf("timer %d\\n", which == timer);
    api_timer_restart(which, 20);
}
static void on_request_to_lamp(request_t *request)
{
    response_t response[1];
    attr_container_t *payload = (attr_container_t *)request->payload;
    printf("%s %d %s\\n", request->url, attr_container_get_as_int(payload, "level"),
           attr_container_get_as_string(payload, "name"));
    make_response_for_request(request, response);
    set_response(response, CONTENT_2_05, FMT_APP_RAW_BINARY, "ok", 2);
    api_response_send(response);
}
static void on_answer(response_t *response, void *user_data)
{
    printf("%s %d\\n", (char *)user_data, response == NULL ? 0 : response->status);
}
static void on_sensor(sensor_t sensor, attr_container_t *event, void *user_data)
{
    (void)user_data;
    attr_container_dump(event);
    sensor_close(sensor);
}
static void on_connection(connection_t *connection, conn_event_type_t type, const char *data, uint32 len, void *user_data)
{
    (void)user_data;
    if (type == CONN_EVENT_TYPE_DATA) {
        api_send_on_connection(connection, data, len);
    } else if (type == CONN_EVENT_TYPE_DISCONNECT) {
        api_close_connection(connection);
    }
}
void on_init(void)
{
    request_t request[1];
    attr_container_t *args = attr_container_create("");
    attr_container_set_string(&args, "address", "192.0.2.7");
    attr_container_set_uint16(&args, "port", 8888);
    api_open_connection("TCP", args, on_connection, NULL);
    attr_container_destroy(args);
    timer = api_timer_create(1000, true, false, on_update);
    api_timer_restart(timer, 10);
    api_register_resource_handler("/lamp", on_request_to_lamp);
    api_subscribe_event("/alert", on_request_to_lamp);
    sensor_config(sensor_open("air", 0, on_sensor, NULL), 1000, 0, 0);
    init_request(request, (char *)"/other", COAP_PUT, FMT_APP_RAW_BINARY, (void *)"ab", 2);
    api_send_request(request, on_answer, (void *)"answer");
    api_publish_event("/alert", 0, NULL, 0);
}
void on_destroy(void) { api_timer_cancel(timer); }
`;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileWithLibrary(source);
});

it('an app with the names of the original compiles without a warning and does what it says', () => {
  let timers = 0;
  const host = new FrameworkHost(module, {
    wasm_create_timer: () => ++timers,
    wasm_open_connection: 1,
    wasm_sensor_open: 1,
    wasm_sensor_config: 1,
    wasm_sensor_close: 1,
    wasm_response_send: 1,
    wasm_send_on_connection: 1,
  });
  host.call('on_init');
  expect(host.takeCalls().slice(1)).toEqual([
    'wasm_create_timer 10 1 1',
    'wasm_register_resource /lamp',
    'wasm_sub_event /alert',
    'wasm_sensor_open air 0',
    'wasm_sensor_config 1 1000 0 0',
    'wasm_create_timer 5000 0 1',
    `wasm_post_request ${hex(`01 03 0062 00000001 00000000 0007 00000002 ${hexText('/other')} 6162`)}`,
    `wasm_post_request ${hex(`01 06 0000 00000002 00000000 0007 00000000 ${hexText('/alert')}`)}`,
  ]);
  host.call('on_timer_callback', 1);
  // 4 + 2 + 1 + 2 head, 13 level, 12 name, 1 unused.
  const payload = `0000 23000000 0100 00 0200 0600 ${hexText('level')} 02 05000000 0500 ${hexText('name')} 0d 0200 ${hexText('x')} 00`;
  host.deliver(
    'on_request',
    [],
    fromHex(`01 01 0063 00000007 00000003 0006 00000025 ${hexText('/lamp')} ${payload}`),
  );
  host.deliver('on_response', [], fromHex('01 45 0000 00000001 00000001 00000000'));
  host.deliver(
    'on_sensor_event',
    [1],
    fromHex(`0000 13000000 0400 ${hexText('air')} 0100 0200 7400 04 07 00`),
  );
  host.deliver('on_connection_data', [1], fromHex('6869'));
  host.call('on_connection_data', 1, 0, 0);
  host.call('on_destroy');
  expect(host.lines()).toEqual(['timer 1', '/lamp 5 x', 'answer 69', 'air: t=7']);
  expect(host.takeCalls()).toEqual([
    'wasm_timer_restart 1 20',
    `wasm_response_send ${hex('01 45 0062 00000007 00000003 00000002 6f6b')}`,
    'wasm_timer_destroy 2',
    'wasm_sensor_close 1',
    'wasm_send_on_connection 1 6869',
    'wasm_timer_destroy 1',
  ]);
});
