import { beforeAll, describe, expect, it } from 'vitest';
import { compileWithLibrary, FrameworkHost, fromHex, hex, hexText } from './framework-host.ts';

const source = `
static void show(const char *handler, const wamr_request *request)
{
    printf("%s: %d %s %d\\n", handler, request->action, request->url, (int)request->payload_len);
}
static void on_lamp(const wamr_request *request)
{
    wamr_response response = wamr_response_to(request, WAMR_CONTENT);
    show("lamp", request);
    response.fmt = WAMR_FORMAT_RAW;
    response.payload = "on";
    response.payload_len = 2;
    printf("sent %d\\n", wamr_response_send(&response));
}
static void on_red(const wamr_request *request) { show("red", request); }
static void on_newer(const wamr_request *request) { show("newer", request); }
static void on_alert(const wamr_request *event) { show("alert", event); }
WAMR_EXPORT(handle) void handle(void)
{
    wamr_request_handle("/lamp/", on_lamp);
    wamr_request_handle("lamp/red", on_red);
    wamr_event_subscribe("/alert", on_alert);
}
WAMR_EXPORT(replace) int replace(void) { return wamr_request_handle("lamp/red", on_newer); }
WAMR_EXPORT(refused) int refused(void)
{
    static char url[300];
    memset(url, 'x', 257);
    return wamr_request_handle("", on_red) || wamr_event_subscribe("", on_red) || wamr_request_handle(url, on_red);
}
WAMR_EXPORT(longest) int longest(void)
{
    static char url[300];
    memset(url, 'x', 256);
    return wamr_request_handle(url, on_red);
}
WAMR_EXPORT(publish) int publish(void) { return wamr_event_publish("/alert", WAMR_FORMAT_RAW, "hot", 3); }

static void on_answer(const wamr_response *response, void *user_data)
{
    if (response == NULL) {
        printf("%s: none\\n", (const char *)user_data);
    } else {
        printf("%s: %d %d\\n", (const char *)user_data, response->status, (int)response->payload_len);
    }
}
WAMR_EXPORT(send) int send(int which)
{
    wamr_request request = {0, "/b", WAMR_GET, WAMR_FORMAT_NONE, NULL, 0, 0};
    return wamr_request_send(&request, on_answer, which == 1 ? "first" : "second");
}
WAMR_EXPORT(send_without_answer) int send_without_answer(void)
{
    wamr_request request = {0, "/b", WAMR_DELETE, WAMR_FORMAT_NONE, NULL, 0, 0};
    return wamr_request_send(&request, NULL, NULL);
}
`;

let module: WebAssembly.Module;
beforeAll(async () => {
  module = await compileWithLibrary(source);
});

/** A request packet with message id 9 from app 4. */
function request(action: number, url: string): Uint8Array {
  const length = (url.length + 1).toString(16).padStart(4, '0');
  return fromHex(`01 0${action} 0000 00000009 00000004 ${length} 00000000 ${hexText(url)}`);
}

/** A response packet with status 69. */
const response = (mid: string): Uint8Array => fromHex(`01 45 0000 ${mid} 00000001 00000002 7879`);

describe('requests and events that come in', () => {
  let host: FrameworkHost;
  const arrive = (action: number, url: string): string[] => {
    host.deliver('on_request', [], request(action, url));
    return host.lines();
  };

  it('reach the newest handler whose URL they are at or below', () => {
    host = new FrameworkHost(module, { wasm_response_send: 1 });
    host.call('handle');
    expect(host.takeCalls()).toEqual([
      'wasm_register_resource /lamp/',
      'wasm_register_resource lamp/red',
      'wasm_sub_event /alert',
    ]);
    expect(arrive(1, '/lamp')).toEqual(['lamp: 1 /lamp 0', 'sent 1']);
    expect(arrive(1, 'lamp?on')).toEqual(['lamp: 1 lamp?on 0', 'sent 1']);
    expect(arrive(2, '/lamp/blue')).toEqual(['lamp: 2 /lamp/blue 0', 'sent 1']);
    expect(arrive(3, '/lamp/red')).toEqual(['red: 3 /lamp/red 0']);
    expect(arrive(3, 'lamp/red/dark')).toEqual(['red: 3 lamp/red/dark 0']);
    expect(arrive(4, '/lamp/reddish')).toEqual(['lamp: 4 /lamp/reddish 0', 'sent 1']);
    // To app 4, message 9, status 69, format 98.
    const sent = hex('01 45 0062 00000009 00000004 00000002 6f6e');
    expect(host.takeCalls()).toEqual(Array(4).fill(`wasm_response_send ${sent}`));
  });

  it('are answered with not found when no handler fits, unless they are events', () => {
    host = new FrameworkHost(module, { wasm_response_send: 1 });
    host.call('handle');
    host.takeCalls();
    expect(arrive(1, '/lam')).toEqual([]);
    expect(arrive(1, '/lamps')).toEqual([]);
    expect(arrive(1, '/alert')).toEqual([]);
    expect(arrive(6, '/lamp')).toEqual([]);
    const sent = hex('01 84 0000 00000009 00000004 00000000');
    expect(host.takeCalls()).toEqual(Array(3).fill(`wasm_response_send ${sent}`));
  });

  it('reach a subscriber of exactly their URL when they are events', () => {
    host = new FrameworkHost(module);
    host.call('handle');
    host.takeCalls();
    expect(arrive(6, '/alert')).toEqual(['alert: 6 /alert 0']);
    expect(arrive(6, 'alert')).toEqual([]);
    expect(arrive(6, '/alert/more')).toEqual([]);
    expect(host.takeCalls()).toEqual([]);
  });

  it('reach the new handler after it was replaced', () => {
    host = new FrameworkHost(module);
    host.call('handle');
    host.takeCalls();
    expect(host.call('replace')).toBe(1);
    expect(host.takeCalls()).toEqual([]);
    expect(arrive(1, 'lamp/red')).toEqual(['newer: 1 lamp/red 0']);
  });

  it('are ignored when they are no packets', () => {
    host = new FrameworkHost(module);
    host.call('handle');
    host.takeCalls();
    host.deliver('on_request', [], request(1, '/lamp').subarray(0, 20));
    host.deliver('on_response', [], response('00000001').subarray(0, 10));
    expect(host.lines()).toEqual([]);
    expect(host.takeCalls()).toEqual([]);
  });

  it('need a URL of 1 to 256 bytes', () => {
    host = new FrameworkHost(module);
    expect(host.call('refused')).toBe(0);
    expect(host.takeCalls()).toEqual([]);
    expect(host.call('longest')).toBe(1);
    expect(host.takeCalls()).toEqual([`wasm_register_resource ${'x'.repeat(256)}`]);
  });
});

describe('an event that goes out', () => {
  it('is a packet with the action of an event', () => {
    const host = new FrameworkHost(module);
    expect(host.call('publish')).toBe(1);
    expect(host.call('publish')).toBe(1);
    const packet = (mid: string) =>
      `wasm_post_request ${hex(`01 06 0062 ${mid} 00000000 0007 00000003 ${hexText('/alert')} 686f74`)}`;
    expect(host.takeCalls()).toEqual([packet('00000001'), packet('00000002')]);
  });
});

describe('a request that goes out', () => {
  const packet = (action: string, mid: string) =>
    `wasm_post_request ${hex(`01 ${action} 0000 ${mid} 00000000 0003 00000000 ${hexText('/b')}`)}`;
  const counting = () => {
    let id = 0;
    return { wasm_create_timer: () => ++id };
  };

  it('gets the response with its message id, once', () => {
    const host = new FrameworkHost(module, counting());
    expect(host.call('send', 1)).toBe(1);
    expect(host.call('send', 2)).toBe(1);
    expect(host.takeCalls()).toEqual([
      'wasm_create_timer 5000 0 1',
      packet('01', '00000001'),
      'wasm_create_timer 5000 0 1',
      packet('01', '00000002'),
    ]);
    host.deliver('on_response', [], response('00000001'));
    host.deliver('on_response', [], response('00000001'));
    host.deliver('on_response', [], response('00000003'));
    host.call('on_timer_callback', 1);
    expect(host.lines()).toEqual(['first: 69 2']);
    host.deliver('on_response', [], response('00000002'));
    expect(host.lines()).toEqual(['second: 69 2']);
    expect(host.takeCalls()).toEqual(['wasm_timer_destroy 1', 'wasm_timer_destroy 2']);
  });

  it('learns that no response came, and not of one that comes too late', () => {
    const host = new FrameworkHost(module, counting());
    host.call('send', 1);
    host.call('send', 2);
    host.call('on_timer_callback', 1);
    expect(host.lines()).toEqual(['first: none']);
    host.deliver('on_response', [], response('00000001'));
    expect(host.lines()).toEqual([]);
    host.call('on_timer_callback', 2);
    expect(host.lines()).toEqual(['second: none']);
    expect(host.takeCalls().slice(-2)).toEqual(['wasm_timer_destroy 1', 'wasm_timer_destroy 2']);
  });

  it('needs no timer without a handler', () => {
    const host = new FrameworkHost(module);
    expect(host.call('send_without_answer')).toBe(1);
    expect(host.takeCalls()).toEqual([packet('04', '00000001')]);
  });

  it('is not sent when there is no timer for its end', () => {
    const host = new FrameworkHost(module, { wasm_create_timer: -1 });
    for (let index = 0; index < 1000; index += 1) expect(host.call('send', 1)).toBe(0);
    expect(host.takeCalls()).toEqual(Array(1000).fill('wasm_create_timer 5000 0 1'));
  });
});
