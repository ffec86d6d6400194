import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, containerBytes, requestBytes, responseBytes } from './fuzz/packet-bytes.ts';
import {
  anyCallOf,
  anyInteger,
  choice,
  mostly,
  mutated,
  PACKET,
  pointerTo,
  TEXT,
  textWrites,
  withLength,
} from './hostile-arguments.ts';
import { callHostile } from './hostile-checks.ts';
import { runHostile } from './hostile-world.ts';

/** The imports of WAMR's app framework, called by a guest that breaks every rule. */

const small = (most: number): fc.Arbitrary<number> =>
  fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: most }) }, { weight: 1, arbitrary: anyInteger });

const urls = [
  '/lamp',
  'lamp',
  '//lamp',
  '/lamp/red',
  '/alert',
  '/news/today',
  'news/',
  '/news',
  '/secret',
  '/secret/news',
  '/applet',
  '/event/alert',
  '/app/victim/x',
  '/peer/ask',
  'peer/',
  '/peer',
  '/a*b',
  '/x\u001b[2J\n',
  '',
  `/news/${'y'.repeat(300)}`,
];
const payload = fc.constantFrom(new Uint8Array(0), new Uint8Array(3), new Uint8Array(400).fill(7));
const request = mutated(
  fc
    .tuple(
      fc.constantFrom(1, 2, 3, 4, 6, 6, 5, 255),
      fc.oneof(fc.constantFrom('/peer/ask', '/alert'), fc.constantFrom(...urls)),
      payload,
    )
    .map(([action, url, bytes]) => requestBytes(action, url, bytes)),
);
const response = mutated(
  fc
    .tuple(fc.constantFrom(0, 1, 2, 3, 0xffff_fffd), payload)
    .map(([receiver, bytes]) => responseBytes(receiver, bytes)),
);
const interval = mutated(
  fc
    .constantFrom<Record<string, string | number>>(
      { interval: 10 },
      { interval: 0 },
      { interval: -1 },
      { interval: 'ten' },
      {},
      { other: 1, interval: 2 ** 31 - 1 },
    )
    .map(containerBytes),
);
const address = mutated(
  fc
    .oneof(
      fc.constant({ address: '192.0.2.7', port: 1883, 'bind port': 5000 }),
      fc.record({
        address: fc.constantFrom('192.0.2.7', '192.0.2.9', '', 'h'.repeat(500), 'a\n\u001b[2J'),
        port: fc.constantFrom(1883, 6000, 0, -1, 65_536, 2 ** 31 - 1),
        'bind port': fc.constantFrom(5000, 5001, 0, -1),
      }),
    )
    .map(containerBytes),
);

const choices = {
  'env.wasm_sensor_open': choice(
    textWrites(['air', 'air', 'air', 'secret', 'air-1', 'nothing', '']),
    pointerTo(TEXT),
    mostly(0),
  ),
  'env.wasm_sensor_config': choice(
    undefined,
    small(3),
    fc.oneof(small(50), fc.constant(23)),
    anyInteger,
    anyInteger,
  ),
  'env.wasm_sensor_config_with_attr_container': withLength(PACKET, interval, [small(3)]),
  'env.wasm_sensor_close': choice(undefined, small(3)),
  'env.wasm_create_timer': choice(undefined, small(20), small(1), small(1)),
  'env.wasm_timer_destroy': choice(undefined, small(25)),
  'env.wasm_timer_cancel': choice(undefined, small(25)),
  'env.wasm_timer_restart': choice(undefined, small(25), small(20)),
  'env.wasm_get_sys_tick_ms': choice(undefined),
  'env.wasm_register_resource': choice(textWrites(urls), pointerTo(TEXT)),
  'env.wasm_sub_event': choice(textWrites(urls), pointerTo(TEXT)),
  'env.wasm_post_request': withLength(PACKET, request),
  'env.wasm_response_send': withLength(PACKET, response),
  'env.wasm_open_connection': textWrites(['TCP', 'TCP', 'TCP', 'UDP', 'UART', '']).chain((writes) =>
    withLength(PACKET, address, [pointerTo(TEXT)]).map((more) => ({
      ...more,
      writes: [...writes, ...more.writes],
    })),
  ),
  'env.wasm_config_connection': withLength(PACKET, address, [small(3)]),
  'env.wasm_send_on_connection': withLength(PACKET, payload, [mostly(1, small(3))]),
  'env.wasm_close_connection': choice(undefined, small(3)),
};

/** Every import of docs/host-api/wamr.md. */
const imports = [
  'wasm_sensor_open',
  'wasm_sensor_config',
  'wasm_sensor_config_with_attr_container',
  'wasm_sensor_close',
  'wasm_create_timer',
  'wasm_timer_destroy',
  'wasm_timer_cancel',
  'wasm_timer_restart',
  'wasm_get_sys_tick_ms',
  'wasm_register_resource',
  'wasm_sub_event',
  'wasm_post_request',
  'wasm_response_send',
  'wasm_open_connection',
  'wasm_config_connection',
  'wasm_send_on_connection',
  'wasm_close_connection',
];

describe("the imports of WAMR's app framework under a hostile guest", () => {
  it('are all called', () => {
    expect(Object.keys(choices)).toEqual(imports.map((name) => `env.${name}`));
  });

  it('trap by name or return a number, stay within the grants, write no guest memory, and disturb nobody', async () => {
    const sums = await callHostile(
      anyCallOf(choices, 'env.wasm_post_request'),
      ({ outcomes, callbacks, passed, peerGot }) => {
        expect(outcomes.filter(({ changed }) => changed !== undefined)).toEqual([]);
        return {
          ...callbacks,
          peerGot: peerGot.length,
          subscriptions: passed.subscriptions.length,
          connections: passed.connections.length,
          registered: passed.messages.filter(({ action }) => action === 'register').length,
          traps: outcomes.filter(({ result }) => result instanceof Error).length,
        };
      },
    );
    // Enough of them must get through for the check to mean something.
    expect(sums['calls']).toBeGreaterThanOrEqual(10_000);
    for (const name of [
      'on_timer_callback',
      'on_sensor_event',
      'on_request',
      'on_response',
      'on_connection_data',
      'peerGot',
      'subscriptions',
      'connections',
      'registered',
      'traps',
    ]) {
      expect([name, (sums[name] ?? 0) > 10]).toEqual([name, true]);
    }
  });
});

describe('a call of an app of the framework', () => {
  const call = (name: string, parameters: readonly number[], text = '', thenMs = 0) => ({
    name: `env.${name}`,
    writes: [{ at: TEXT, bytes: bytesOf(`${text}\0`) }],
    parameters,
    thenMs,
    heapPointer: 0,
  });

  it('that makes a timer of 0 ms gets one of the shortest interval that is granted', async () => {
    // The manifest grants 2 ms.
    const ticks = Array.from({ length: 20 }, () => call('wasm_get_sys_tick_ms', [], '', 1));
    const { callbacks } = await runHostile([call('wasm_create_timer', [0, 1, 1]), ...ticks]);
    expect(callbacks['on_timer_callback']).toBe(10);
  });

  it('that restarts a timer at 0 ms gets it after the shortest interval that is granted', async () => {
    const { callbacks } = await runHostile([
      call('wasm_create_timer', [1000, 0, 0]),
      call('wasm_timer_restart', [1, 0], '', 1),
      call('wasm_get_sys_tick_ms', []),
    ]);
    expect(callbacks['on_timer_callback']).toBeUndefined();
    const later = await runHostile([
      call('wasm_create_timer', [1000, 0, 0]),
      call('wasm_timer_restart', [1, 0], '', 2),
      call('wasm_get_sys_tick_ms', []),
    ]);
    expect(later.callbacks['on_timer_callback']).toBe(1);
  });

  it('with what is no url is no refusal: no permission could allow it', async () => {
    const { denials, passed } = await runHostile([
      call('wasm_register_resource', [TEXT], ''),
      call('wasm_sub_event', [TEXT], 'x'.repeat(256)),
    ]);
    expect([denials, passed.messages]).toEqual([[], []]);
    const longest = await runHostile([call('wasm_sub_event', [TEXT], 'x'.repeat(255))]);
    expect(longest.denials).toHaveLength(1);
  });

  it('with a url of control characters leaves one line that no terminal obeys, and the line to add is the url', async () => {
    const { denials } = await runHostile([call('wasm_register_resource', [TEXT], '/x\u001b[2J\n')]);
    expect(denials).toEqual([
      'app "hostile": env.wasm_register_resource refused: register of "/x\\u001b[2J\\u000a": the "message" permission does not include "register" of this topic; ' +
        'nothing that is added to "permissions" in app.json would allow it',
    ]);
  });
});
