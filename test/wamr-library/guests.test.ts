import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';
import { FrameworkHost, fromHex, hexText } from './framework-host.ts';

/** The guest programs, called back by hand: that they print what their expected.txt says when a host does its part. */

function start(name: string, answers: ConstructorParameters<typeof FrameworkHost>[1]): FrameworkHost {
  const path = `${repositoryRoot}test/guests/${name}/build/${name}.wasm`;
  return new FrameworkHost(new WebAssembly.Module(readFileSync(path)), answers);
}

const expected = (name: string): string[] =>
  readRepositoryFile(`test/guests/${name}/expected.txt`).split('\n').slice(0, -1);

/** Packets that the app handed to this function since the last call. */
function packetsOf(host: FrameworkHost, name: string): Uint8Array[] {
  return host
    .takeCalls()
    .map((call) => call.split(' '))
    .filter(([called]) => called === name)
    .map(([, packet = '']) => fromHex(packet));
}

function counting(): () => number {
  let last = 0;
  return () => ++last;
}

describe('the guest program', () => {
  it('wamr-timers prints each expiry with its time', () => {
    let nowMs = 4_294_967_200; // the clock wraps during the run
    const host = start('wamr-timers', {
      wasm_create_timer: counting(),
      wasm_get_sys_tick_ms: () => nowMs | 0,
    });
    const startMs = nowMs;
    host.call('on_init');
    // 1 to 40 were cancelled; 44 is the one that starts later, 45 the periodic one after it was cancelled.
    const [once, periodic, destroyed, later, again] = [41, 42, 43, 44, 45];
    for (const [ms, id] of [
      [20, 1],
      [70, destroyed],
      [100, periodic],
      [140, destroyed],
      [150, once],
      [200, periodic],
      [300, periodic],
      [325, later],
      [350, periodic],
      [400, periodic],
      [450, periodic],
      [460, once],
      [500, again],
      [540, again],
      [580, again],
    ] as const) {
      nowMs = startMs + ms;
      host.call('on_timer_callback', id);
    }
    expect(host.lines()).toEqual(expected('wamr-timers'));
  });

  it('wamr-request-sender prints the answers of wamr-request-handler', () => {
    let nowMs = 0;
    const sender = start('wamr-request-sender', {
      wasm_create_timer: counting(),
      wasm_get_sys_tick_ms: () => nowMs,
    });
    const handler = start('wamr-request-handler', { wasm_response_send: 1 });
    handler.call('on_init');
    sender.call('on_init');
    expect(handler.takeCalls()).toEqual(['wasm_register_resource /lamp', 'wasm_register_resource /slow']);
    let lastTimer = 1;
    sender.call('on_timer_callback', lastTimer);
    for (let step = 0; step < 7; step += 1) {
      lastTimer += 1;
      const [request = new Uint8Array()] = packetsOf(sender, 'wasm_post_request');
      if (step < 6) handler.deliver('on_request', [], request);
      const [response] = packetsOf(handler, 'wasm_response_send');
      if (response === undefined) {
        nowMs += 5000;
        sender.call('on_timer_callback', lastTimer);
      } else {
        sender.deliver('on_response', [], response);
      }
    }
    expect(sender.lines()).toEqual(expected('wamr-request-sender'));
    expect(handler.lines()).toEqual(expected('wamr-request-handler'));
  });

  it('wamr-subscriber prints the events of wamr-publisher', () => {
    const publisher = start('wamr-publisher', { wasm_create_timer: 1 });
    const subscriber = start('wamr-subscriber', {});
    publisher.call('on_init');
    subscriber.call('on_init');
    expect(publisher.takeCalls()).toEqual(['wasm_create_timer 500 1 1']);
    expect(subscriber.takeCalls()).toEqual(['wasm_sub_event /alert/overheat', 'wasm_sub_event /alert/end']);
    for (let tick = 0; tick < 5; tick += 1) {
      publisher.call('on_timer_callback', 1);
      for (const packet of packetsOf(publisher, 'wasm_post_request')) {
        subscriber.deliver('on_request', [], packet);
      }
    }
    expect(publisher.lines()).toEqual(expected('wamr-publisher'));
    expect(subscriber.lines()).toEqual(expected('wamr-subscriber'));
  });

  it('wamr-two-sensors prints the values of both sensors', () => {
    const ids: Readonly<Record<number, number>> = { 0: 1, 1: 2 };
    let opened = 0;
    const host = start('wamr-two-sensors', {
      wasm_sensor_open: () => ids[opened++] ?? -1,
      wasm_sensor_config: 1,
    });
    host.call('on_init');
    const event = (tag: string, length: string, value: string) =>
      fromHex(
        `0000 ${length} 0${(tag.length + 1).toString(16)}00 ${hexText(tag)} 0100 0c00 ${hexText('temperature')} 0b ${value} 00`,
      );
    const indoor = event('indoor', '27000000', '0000000000803540'); // 21.5
    const outdoor = event('outdoor', '28000000', '00000000000012c0'); // -4.5
    host.deliver('on_sensor_event', [1], indoor);
    host.deliver('on_sensor_event', [2], outdoor);
    host.deliver('on_sensor_event', [1], indoor);
    host.call('on_destroy');
    expect(host.lines()).toEqual([
      'indoor: id 1, every 500 ms: yes',
      'outdoor: id 2, every 2000 ms: yes',
      'cellar: not opened',
      'indoor: not opened',
      'indoor (id 1) event 1: temperature 21.5',
      'outdoor (id 2) event 1: temperature -4.5',
      'indoor (id 1) event 2: temperature 21.5',
      'indoor 2 events, outdoor 1 events',
    ]);
    expect(host.takeCalls()).toEqual([
      'wasm_sensor_open indoor 0',
      'wasm_sensor_config 1 500 0 0',
      'wasm_sensor_open outdoor 0',
      'wasm_sensor_config 2 2000 0 0',
      'wasm_sensor_open cellar 0',
      'wasm_sensor_open indoor 0',
    ]);
  });

  it('wamr-connection-echo prints the lines that come back, in pieces too, and the end', () => {
    let opens = 0;
    const host = start('wamr-connection-echo', {
      wasm_open_connection: () => (opens++ === 0 ? -1 : 2),
      wasm_send_on_connection: (_handle, _data, length) => length,
    });
    host.call('on_init');
    const text = (bytes: string): Uint8Array => new TextEncoder().encode(bytes);
    for (const piece of ['line 1\n', 'li', 'ne 2', '\n', 'line 3\n']) {
      host.deliver('on_connection_data', [2], text(piece));
    }
    host.call('on_connection_data', 2, 0, 0);
    expect(host.lines()).toEqual(expected('wamr-connection-echo'));
    const sent = packetsOf(host, 'wasm_send_on_connection');
    expect(sent).toHaveLength(4);
  });

  it('wamr-trap goes on after the trap', () => {
    const host = start('wamr-trap', { wasm_create_timer: 1 });
    host.call('on_init');
    host.call('on_timer_callback', 1);
    expect(() => host.call('on_timer_callback', 1)).toThrow(WebAssembly.RuntimeError);
    for (let tick = 0; tick < 3; tick += 1) host.call('on_timer_callback', 1);
    expect(host.lines()).toEqual(expected('wamr-trap'));
  });
});
