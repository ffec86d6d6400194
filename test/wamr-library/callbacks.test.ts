import { beforeAll, describe, expect, it } from 'vitest';
import { compileWithLibrary, FrameworkHost, fromHex, hex, hexText } from './framework-host.ts';

const source = `
static wamr_timer *timer;
static wamr_sensor *sensors[2];
static wamr_connection *connection;
static void on_tick(wamr_timer *which) { printf("tick %d\\n", which == timer); }
WAMR_EXPORT(create_timer) int create_timer(int flags)
{
    timer = wamr_timer_create(100, (uint32_t)flags, on_tick);
    return timer != NULL;
}
WAMR_EXPORT(cancel_timer) void cancel_timer(void) { wamr_timer_cancel(timer); }
WAMR_EXPORT(restart_timer) int restart_timer(uint32_t ms) { return wamr_timer_restart(timer, ms); }
WAMR_EXPORT(destroy_timer) void destroy_timer(void) { wamr_timer_destroy(timer); wamr_timer_destroy(NULL); }

static void on_event(wamr_sensor *sensor, const wamr_container *event, void *user_data)
{
    printf("%s %d: ", (const char *)user_data, (int)wamr_sensor_id(sensor));
    wamr_container_print(event);
}
WAMR_EXPORT(open_sensor) int open_sensor(int index)
{
    sensors[index] = wamr_sensor_open("air", index, on_event, index == 0 ? "first" : "second");
    return sensors[index] != NULL;
}
WAMR_EXPORT(configure_sensor) int configure_sensor(void) { return wamr_sensor_configure(sensors[0], 500, 7, 9); }
WAMR_EXPORT(configure_with) int configure_with(void)
{
    wamr_container *settings = wamr_container_create("");
    const bool done = wamr_sensor_configure_with(sensors[0], settings);
    wamr_container_destroy(settings);
    return done;
}
WAMR_EXPORT(close_sensor) int close_sensor(int index) { return wamr_sensor_close(sensors[index]); }

static void on_data(wamr_connection *which, int event, const char *data, uint32_t length, void *user_data)
{
    printf("%s %d %d %d %u\\n", (const char *)user_data, which == connection, event, data == NULL ? -1 : *data,
           (unsigned)length);
}
WAMR_EXPORT(open_tcp) int open_tcp(void)
{
    connection = wamr_connection_open_tcp("192.0.2.7", 8888, on_data, "tcp");
    return connection != NULL;
}
WAMR_EXPORT(open_udp) int open_udp(void)
{
    connection = wamr_connection_open_udp(4660, on_data, "udp");
    return connection != NULL && wamr_connection_set_far_end(connection, "192.0.2.8", 22136);
}
WAMR_EXPORT(open_uart) int open_uart(void)
{
    connection = wamr_connection_open_uart("/dev/serial0", 9600, on_data, "uart");
    return connection != NULL;
}
WAMR_EXPORT(send) int send(void) { return wamr_connection_send(connection, "abc", 3); }
WAMR_EXPORT(close) void close(void) { wamr_connection_close(connection); }
`;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileWithLibrary(source);
});

/** Answers 5, 6, 7 and so on. */
function counting(first: number): () => number {
  let next = first;
  return () => next++;
}

describe('a timer', () => {
  it('reaches its callback by its id, and nobody by another', () => {
    const host = new FrameworkHost(module, { wasm_create_timer: 5 });
    expect(host.call('create_timer', 1)).toBe(1);
    expect(host.takeCalls()).toEqual(['wasm_create_timer 100 1 1']);
    host.call('on_timer_callback', 5);
    host.call('on_timer_callback', 6);
    host.call('on_timer_callback', 0);
    expect(host.lines()).toEqual(['tick 1']);
  });

  it('gives its place back when it is cancelled, forgets what waits, and can be restarted', () => {
    const host = new FrameworkHost(module, { wasm_create_timer: counting(5) });
    host.call('create_timer', 0);
    host.call('cancel_timer');
    host.call('cancel_timer');
    host.call('on_timer_callback', 5);
    expect(host.lines()).toEqual([]);
    expect(host.call('restart_timer', 30)).toBe(1);
    expect(host.call('restart_timer', 40)).toBe(1);
    expect(host.takeCalls()).toEqual([
      'wasm_create_timer 100 0 1',
      'wasm_timer_destroy 5',
      'wasm_create_timer 30 0 1',
      'wasm_timer_restart 6 40',
    ]);
    host.call('on_timer_callback', 6);
    expect(host.lines()).toEqual(['tick 1']);
  });

  it('that starts later has no place before', () => {
    const host = new FrameworkHost(module, { wasm_create_timer: 1 });
    expect(host.call('create_timer', 3)).toBe(1);
    expect(host.takeCalls()).toEqual([]);
    host.call('restart_timer', 250);
    expect(host.takeCalls()).toEqual(['wasm_create_timer 250 1 1']);
  });

  it('that is destroyed leaves nothing, in the host or in memory', () => {
    const host = new FrameworkHost(module, { wasm_create_timer: counting(1) });
    for (let index = 0; index < 1000; index += 1) {
      expect(host.call('create_timer', 0)).toBe(1);
      host.call('destroy_timer');
    }
    expect(host.takeCalls().slice(-2)).toEqual(['wasm_create_timer 100 0 1', 'wasm_timer_destroy 1000']);
    host.call('on_timer_callback', 1000);
    expect(host.lines()).toEqual([]);
  });

  it('is none when the host refuses it or memory is short', () => {
    const refusing = new FrameworkHost(module, { wasm_create_timer: -1 });
    for (let index = 0; index < 1000; index += 1) {
      expect(refusing.call('create_timer', 0)).toBe(0);
    }
    // Were memory lost each time, there would be none for a call after a while.
    expect(refusing.takeCalls()).toHaveLength(1000);
    const host = new FrameworkHost(module, { wasm_create_timer: counting(1) });
    let created = 0;
    while (host.call('create_timer', 0) === 1) created += 1;
    expect(created).toBeGreaterThan(100);
    expect(host.takeCalls()).toHaveLength(created);
  });
});

describe('a sensor', () => {
  const event = fromHex(`0000 19000000 0400 ${hexText('air')} 0100 0200 7400 0b 0000000000803540 00`);

  it('gets its events by its id, with what it was opened with', () => {
    const host = new FrameworkHost(module, { wasm_sensor_open: counting(3) });
    expect(host.call('open_sensor', 0)).toBe(1);
    expect(host.call('open_sensor', 1)).toBe(1);
    expect(host.takeCalls()).toEqual(['wasm_sensor_open air 0', 'wasm_sensor_open air 1']);
    for (const id of [3, 4, 5]) host.deliver('on_sensor_event', [id], event);
    host.deliver('on_sensor_event', [3], event.subarray(0, 20));
    expect(host.lines()).toEqual(['first 3: air: t=21.5', 'second 4: air: t=21.5']);
  });

  it('is configured by numbers or by a container', () => {
    const answers = {
      wasm_sensor_open: 3,
      wasm_sensor_config: 1,
      wasm_sensor_config_with_attr_container: 0,
    };
    const host = new FrameworkHost(module, answers);
    host.call('open_sensor', 0);
    host.takeCalls();
    expect(host.call('configure_sensor')).toBe(1);
    expect(host.call('configure_with')).toBe(0);
    expect(host.takeCalls()).toEqual([
      'wasm_sensor_config 3 500 7 9',
      `wasm_sensor_config_with_attr_container 3 ${hex('0000 6b000000 0100 00 0000', 98)}`,
    ]);
  });

  it('hears nothing after it was closed', () => {
    const host = new FrameworkHost(module, { wasm_sensor_open: counting(3), wasm_sensor_close: 1 });
    host.call('open_sensor', 0);
    host.call('open_sensor', 1);
    expect(host.call('close_sensor', 0)).toBe(1);
    host.deliver('on_sensor_event', [3], event);
    host.deliver('on_sensor_event', [4], event);
    expect(host.lines()).toEqual(['second 4: air: t=21.5']);
    expect(host.takeCalls().at(-1)).toBe('wasm_sensor_close 3');
  });

  it('is none when the host refuses it', () => {
    expect(new FrameworkHost(module, { wasm_sensor_open: -1 }).call('open_sensor', 0)).toBe(0);
  });
});

describe('a connection', () => {
  it('is opened by TCP, gets data, and learns that the far end has closed', () => {
    const host = new FrameworkHost(module, { wasm_open_connection: 3, wasm_send_on_connection: 2 });
    expect(host.call('open_tcp')).toBe(1);
    // L: 4 + 2 + 1 + 100. Used: 11 head, 8 + 1 + 2 + 2 + 10 address, 2 + 5 + 1 + 2 port.
    const settings = hex(
      `0000 6b000000 0100 00 0200 0800 ${hexText('address')} 0d 0a00 ${hexText('192.0.2.7')} 0500 ${hexText('port')} 05 b822`,
      109 - 11 - 23 - 10,
    );
    expect(host.takeCalls()).toEqual([`wasm_open_connection TCP ${settings}`]);
    expect(host.call('send')).toBe(2);
    host.deliver('on_connection_data', [3], fromHex('4142'));
    host.deliver('on_connection_data', [4], fromHex('4142'));
    host.call('on_connection_data', 3, 0, 0);
    host.call('on_connection_data', 3, 0, 0);
    expect(host.lines()).toEqual(['tcp 1 1 65 2', 'tcp 1 2 -1 0']);
    expect(host.call('send')).toBe(-1);
    host.call('close');
    expect(host.takeCalls()).toEqual(['wasm_send_on_connection 3 616263']);
  });

  it('is opened by UDP with its own port, then told the far end', () => {
    const host = new FrameworkHost(module, { wasm_open_connection: 1, wasm_config_connection: 1 });
    expect(host.call('open_udp')).toBe(1);
    host.call('close');
    expect(host.takeCalls()).toEqual([
      `wasm_open_connection UDP ${hex(`0000 6b000000 0100 00 0100 0a00 ${hexText('bind port')} 05 3412`, 83)}`,
      `wasm_config_connection 1 ${hex(
        `0000 6b000000 0100 00 0200 0800 ${hexText('address')} 0d 0a00 ${hexText('192.0.2.8')} 0500 ${hexText('port')} 05 7856`,
        65,
      )}`,
      'wasm_close_connection 1',
    ]);
  });

  it('is opened on a serial port', () => {
    const host = new FrameworkHost(module, { wasm_open_connection: 1 });
    expect(host.call('open_uart')).toBe(1);
    const settings = `0700 ${hexText('device')} 0d 0d00 ${hexText('/dev/serial0')} 0900 ${hexText('baudrate')} 02 80250000`;
    expect(host.takeCalls()).toEqual([
      `wasm_open_connection UART ${hex(`0000 6b000000 0100 00 0200 ${settings}`, 109 - 11 - 25 - 16)}`,
    ]);
  });

  it('is none when the host refuses it', () => {
    const host = new FrameworkHost(module, { wasm_open_connection: -1 });
    for (let index = 0; index < 1000; index += 1) expect(host.call('open_tcp')).toBe(0);
    expect(host.takeCalls()).toHaveLength(1000);
  });
});
