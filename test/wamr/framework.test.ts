import { describe, expect, it } from 'vitest';
import { runFrameworkApps } from '../support/run-framework-apps.ts';
import { air, app, run } from './bare-app.ts';

describe('an app of the framework', () => {
  it('is called with on_init and, when it is asked to stop, on_destroy', async () => {
    const { lines, exits } = await run(`
OUT(on_init) void on_init(void) { wasm_create_timer(60000, 0, 1); printf("init\\n"); }
OUT(on_destroy) void on_destroy(void) { printf("destroy\\n"); }
`);
    expect(lines).toEqual(['0.000 app: init', '5.050 app: destroy']);
    expect(exits.get('app')).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('that fills the stack in a callback has ended: the stack may have been full in the middle of a call to the host', async () => {
    const { lines, logs, exits } = await run(`
static volatile int zero;
__attribute__((noinline)) static unsigned deeper(unsigned depth)
{
    return (depth < zero ? 0 : deeper(depth + 1)) + wasm_get_sys_tick_ms();
}
OUT(on_init) void on_init(void) { wasm_create_timer(1000, 1, 1); }
OUT(on_timer_callback) void on_timer_callback(int id)
{
    printf("tick\\n");
    zero = deeper(0);
}
`);
    expect(lines).toEqual(['1.000 app: tick']);
    expect(logs).toEqual([]);
    expect(exits.get('app')).toMatchObject({
      reason: 'trapped',
      code: 'KANCHI_TRAP',
      message: 'app "app" trapped: stack overflow',
    });
  });

  it('with a callback or an allocator that the host cannot call is told so, and goes on', async () => {
    const { logs, exits } = await run(
      `
OUT(on_init) void on_init(void) { wasm_create_timer(1000, 0, 1); wasm_sensor_config(wasm_sensor_open("air", 0), 2000, 0, 0); }
OUT(on_timer_callback) void on_timer_callback(long long id) { printf("tick\\n"); }
OUT(on_sensor_event) void on_sensor_event(int id, const void *p, int n) { printf("reading\\n"); }
OUT(malloc) void *mine(long long n) { return (void *)(int)n; }
OUT(free) void not_mine(long long p) { (void)p; }
`,
      { permissions: air },
    );
    expect(logs).toContain(
      'app: error: Got exception running wasm code: Exception: Cannot convert 1 to a BigInt',
    );
    expect(logs.every((line) => line.includes('to a BigInt'))).toBe(true);
    expect(logs.length).toBeGreaterThan(1);
    expect(exits.get('app')).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it("that traps in a callback keeps running, and the log has the original's words", async () => {
    const { lines, logs, exits } = await run(`
static int count;
OUT(on_init) void on_init(void) { wasm_create_timer(1000, 1, 1); }
OUT(on_timer_callback) void on_timer_callback(int id)
{
    count += 1;
    printf("tick %d\\n", count);
    if (count == 1) __builtin_trap();
    if (count == 2) exit(7);
    if (count == 3) puts((const char *)0x7ffffff0);
}
`);
    expect(lines.map((line) => line.slice(11))).toEqual(['tick 1', 'tick 2', 'tick 3', 'tick 4', 'tick 5']);
    expect(logs).toEqual([
      'app: error: Got exception running wasm code: Exception: unreachable',
      'app: error: Got exception running wasm code: Exception: env.exit(7)',
      expect.stringMatching(
        /^app: error: Got exception running wasm code: Exception: env.puts: out of bounds memory access/u,
      ),
    ]);
    expect(exits.get('app')).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('that traps in on_init is ended after on_destroy', async () => {
    const { lines, exits } = await run(`
OUT(on_init) void on_init(void) { wasm_create_timer(10, 1, 1); __builtin_trap(); }
OUT(on_destroy) void on_destroy(void) { printf("destroy\\n"); }
OUT(on_timer_callback) void on_timer_callback(int id) { printf("never\\n"); }
`);
    expect(lines).toEqual(['0.000 app: destroy']);
    expect(exits.get('app')).toMatchObject({
      reason: 'trapped',
      exitCode: 70,
      message: 'app "app" trapped: on_init: unreachable',
    });
  });

  it('may import what nobody has, with or without a leading underscore', async () => {
    const { lines } = await run(`
IN(_wasm_create_timer) int with_underscore(int ms, int periodic, int start);
IN(wasm_obj_native_call) void nobody(int a, int b, int c);
OUT(_on_timer_callback) void on_timer(int id) { printf("timer %d\\n", id); nobody(1, 2, 3); }
OUT(on_init) void on_init(void) { with_underscore(1000, 0, 1); }
`);
    expect(lines).toEqual(['1.000 app: timer 1']);
  });
});

describe('timers', () => {
  it('fire once or periodically, are cancelled, restarted and destroyed', async () => {
    const { lines } = await run(`
static int count;
OUT(on_init) void on_init(void)
{
    printf("%d", wasm_create_timer(1000, 1, 1));
    printf(" %d", wasm_create_timer(1500, 0, 1));
    printf(" %d\\n", wasm_create_timer(100, 1, 0));
}
OUT(on_timer_callback) void on_timer_callback(int id)
{
    printf("timer %d\\n", id);
    if (id == 2) wasm_timer_restart(3, 700);
    if (id == 3) { count += 1; wasm_timer_cancel(3); if (count == 1) wasm_timer_restart(2, 1600); else wasm_timer_destroy(1); }
}
`);
    expect(lines).toEqual([
      '0.000 app: 1 2 3',
      '1.000 app: timer 1',
      '1.500 app: timer 2',
      '2.000 app: timer 1',
      '2.200 app: timer 3',
      '3.000 app: timer 1',
      '3.800 app: timer 2',
      '4.000 app: timer 1',
      '4.500 app: timer 3',
    ]);
  });

  it('are 20 for one app; a destroyed one makes room, a cancelled one does not', async () => {
    const { lines } = await run(`
OUT(on_timer_callback) void on_timer_callback(int id) {}
OUT(on_init) void on_init(void)
{
    int last = 0;
    for (int i = 0; i < 21; i++) last = wasm_create_timer(1000, 0, 0);
    printf("%d", last);
    wasm_timer_cancel(5);
    printf(" %d", wasm_create_timer(1000, 0, 0));
    wasm_timer_destroy(5);
    printf(" %d\\n", wasm_create_timer(1000, 0, 0));
}
`);
    expect(lines).toEqual(['0.000 app: -1 -1 21']);
  });
});

describe('messages', () => {
  const handler = `
OUT(on_init) void on_init(void) { wasm_register_resource("/lamp"); wasm_sub_event("/alert"); }
OUT(on_request) void on_request(const uint8_t *p, int length)
{
    printf("action %d sender %d url %s\\n", p[1], p[11], p + 18);
    if (p[1] == 6) return;
    uint8_t answer[18] = {1, 69, 0, 98, p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], 0, 0, 0, 2, 'o', 'k'};
    printf("sent %d\\n", wasm_response_send(answer, 18));
}
`;
  const sender = `
static uint8_t packet[100];
OUT(on_init) void on_init(void) { wasm_create_timer(1000, 0, 1); }
OUT(on_timer_callback) void on_timer_callback(int id)
{
    wasm_post_request(packet, request(packet, 1, 9, "/lamp/red"));
    wasm_post_request(packet, request(packet, 6, 0, "/alert"));
    wasm_post_request(packet, request(packet, 1, 4, "/nowhere"));
    wasm_post_request(packet, request(packet, 4, 5, "/applet?name=handler"));
    wasm_post_request(packet, 3);
}
OUT(on_response) void on_response(const uint8_t *p, int length)
{
    printf("status %d message %d %.2s\\n", p[1], p[7], length > 16 ? (const char *)p + 16 : "-");
}
`;
  const all = [{ kind: 'message', actions: ['request', 'register', 'publish', 'subscribe'], topics: ['/*'] }];

  it('reach their handler and come back; nobody there is a status; the app manager is not for apps', async () => {
    const { lines, exits } = runFrameworkApps({
      apps: [
        { name: 'handler', module: await app(handler), permissions: all },
        { name: 'sender', module: await app(sender), permissions: all },
      ],
      seconds: 2,
    });
    expect(lines).toEqual([
      '1.000 sender: status 132 message 4 -',
      '1.000 handler: action 1 sender 2 url /lamp/red',
      '1.000 handler: sent 1',
      '1.000 handler: action 6 sender 2 url /alert',
      '1.000 sender: status 69 message 9 ok',
    ]);
    // The app manager and the broken packet.
    expect(exits.get('sender')?.counters.failures).toBe(2);
  });

  it('need a permission for each action and topic', async () => {
    const { lines, denials } = runFrameworkApps({
      apps: [
        { name: 'handler', module: await app(handler), permissions: all },
        {
          name: 'sender',
          module: await app(sender),
          permissions: [{ kind: 'message', actions: ['publish'], topics: ['/alert'] }],
        },
      ],
      seconds: 2,
    });
    expect(lines).toEqual(['1.000 handler: action 6 sender 2 url /alert']);
    expect(denials[0]).toBe(
      'app "sender": env.wasm_post_request refused: request of "/lamp/red": the "message" permission does not include "request" of this topic; add to "permissions" in app.json: {"kind":"message","actions":["request"],"topics":["/lamp/red"]}',
    );
  });
});
