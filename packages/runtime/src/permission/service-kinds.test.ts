import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionPermits, connectionRefusal } from './connection.ts';
import { permissionSchema } from './entry-schema.ts';
import type { ConnectionTarget, MessageAction } from './grant.ts';
import { messageActionNames, messagePermits, messageRefusal } from './message.ts';
import { grantsOf, type Json, testBoard } from './permission.test-support.ts';
import { sensorPermits, sensorRefusal } from './sensor.ts';

const HZ = 1_000_000_000n;

describe('a sensor permission', () => {
  const permits = (entries: readonly Json[], channels: readonly string[], deny: readonly Json[] = []) =>
    sensorPermits(grantsOf(entries, deny).sensor.get('air'), channels);

  it('is needed', () => {
    expect(permits([], ['temperature'])).toEqual({ permitted: false, channels: [] });
    expect(permits([{ kind: 'sensor', sensor: 'cpu' }], ['temperature'])).toEqual({
      permitted: false,
      channels: [],
    });
  });

  it('gives every channel at 10 Hz when it does not say more', () => {
    expect(permits([{ kind: 'sensor', sensor: 'air' }], ['temperature', 'humidity'])).toEqual({
      permitted: true,
      shortestIntervalNs: HZ / 10n,
    });
  });

  it('never gives a faster rate by rounding', () => {
    expect(permits([{ kind: 'sensor', sensor: 'air', maximumRateHz: 3 }], ['humidity'])).toEqual({
      permitted: true,
      shortestIntervalNs: 333_333_334n,
    });
  });

  it('holds channels that are read together to the slowest of their rates, and adds entries up', () => {
    const slow = { kind: 'sensor', sensor: 'air', channels: ['temperature', 'humidity'], maximumRateHz: 1 };
    const fast = { kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz: 100 };
    expect(permits([slow, fast], ['temperature'])).toMatchObject({ shortestIntervalNs: HZ / 100n });
    expect(permits([slow, fast], ['temperature', 'humidity'])).toMatchObject({ shortestIntervalNs: HZ });
    expect(permits([slow, fast], ['temperature', 'pressure'])).toEqual({
      permitted: false,
      channels: ['pressure'],
    });
  });

  it('is gone with a deny entry, and when it was revoked', () => {
    const entry = { kind: 'sensor', sensor: 'air' };
    expect(permits([entry], ['humidity'], [entry]).permitted).toBe(false);
    const grant = grantsOf([entry]).sensor.get('air');
    expect(grant).toBeDefined();
    if (grant !== undefined) grant.revocation.revoke();
    expect(sensorPermits(grant, ['humidity']).permitted).toBe(false);
    expect(sensorRefusal('air', grant, [], HZ)).toMatchObject({
      rule: 'the permission was revoked',
      manifestLine: undefined,
    });
  });

  it('is refused with the line that would allow exactly the asked for rate', () => {
    const refusal = sensorRefusal('air', undefined, [], 20_000_000n);
    expect(refusal).toMatchObject({
      resource: 'sensor "air"',
      rule: 'no "sensor" permission for this sensor',
      manifestLine: '{"kind":"sensor","sensor":"air","maximumRateHz":50}',
    });
    expect(
      sensorRefusal('air', grantsOf([{ kind: 'sensor', sensor: 'air' }]).sensor.get('air'), ['light'], HZ),
    ).toMatchObject({
      resource: 'sensor "air", channel "light"',
      rule: 'the "sensor" permission does not include this channel',
    });
  });

  it.each([
    // 3 Hz would make it 333333334 ns.
    [333_333_333n, 3.01],
    [333_333_334n, 3],
    [1_000_000n, 1000],
    [1n, 10_000],
    [2n ** 63n - 1n, 0.000_001],
    [0n, 1],
    [-(2n ** 63n), 1],
  ])(
    'is refused for an interval of %s ns with a rate that a permission can name: %s Hz',
    (intervalNs, rateHz) => {
      const line = JSON.parse(sensorRefusal('air', undefined, [], intervalNs).manifestLine ?? 'null') as Json;
      expect(line).toEqual({ kind: 'sensor', sensor: 'air', maximumRateHz: rateHz });
      expect(permissionSchema.safeParse(line).success).toBe(true);
    },
  );

  it('is refused with every channel that is missing', () => {
    const refused = permits(
      [{ kind: 'sensor', sensor: 'air', channels: ['light'] }],
      ['light', 'heat', 'rain'],
    );
    expect(refused).toEqual({ permitted: false, channels: ['heat', 'rain'] });
    const grant = grantsOf([{ kind: 'sensor', sensor: 'air', channels: ['light'] }]).sensor.get('air');
    expect(sensorRefusal('air', grant, ['heat', 'rain'], HZ)).toMatchObject({
      resource: 'sensor "air", channels "heat", "rain"',
      rule: 'the "sensor" permission does not include these channels',
      manifestLine: '{"kind":"sensor","sensor":"air","channels":["heat","rain"],"maximumRateHz":1}',
    });
  });

  it('has a rate that the schedule knows: slower ones are refused when the file is read', () => {
    const slow = (maximumRateHz: number) => ({ kind: 'sensor', sensor: 'air', maximumRateHz });
    expect(permissionSchema.safeParse(slow(1e-6)).success).toBe(true);
    expect(permissionSchema.safeParse(slow(1e-320)).success).toBe(false);
    expect(permits([slow(1e-6)], ['light'])).toEqual({
      permitted: true,
      shortestIntervalNs: 1_000_000_000_000_000n,
    });
  });

  it('has a label of the board file', () => {
    expect(testBoard.sensors.get('air')).toEqual({
      driver: 'bme280',
      device: 'environment',
      calibration: {},
      options: {},
    });
    expect(() => grantsOf([{ kind: 'sensor', sensor: 'ari' }])).toThrow(/did you mean "air"/u);
  });
});

describe('a message permission', () => {
  const permits = (
    action: MessageAction,
    topic: string,
    entries: readonly Json[],
    deny: readonly Json[] = [],
  ) => messagePermits(grantsOf(entries, deny).message, action, topic);
  const entry = { kind: 'message', actions: ['publish', 'request'], topics: ['/alert/overheat', '/log/*'] };

  it('allows its actions on its topics only', () => {
    expect(permits('publish', '/alert/overheat', [entry])).toBe(true);
    expect(permits('request', '/log/any/thing', [entry])).toBe(true);
    expect(permits('publish', '/alert/overheated', [entry])).toBe(false);
    expect(permits('publish', '/alert', [entry])).toBe(false);
    expect(permits('publish', '/log', [entry])).toBe(false);
    expect(permits('subscribe', '/alert/overheat', [entry])).toBe(false);
    expect(permits('publish', '/alert/overheat', [])).toBe(false);
  });

  it('takes a topic with and without its leading slash as the same', () => {
    expect(permits('publish', 'alert/overheat', [entry])).toBe(true);
    expect(permits('publish', '//alert/overheat', [entry])).toBe(false);
  });

  it('loses what a deny entry takes, also from within a prefix', () => {
    const deny = { kind: 'message', topics: ['log/secret*'], actions: ['request'] };
    expect(permits('request', '/log/secrets/1', [entry], [deny])).toBe(false);
    expect(permits('publish', '/log/secrets/1', [entry], [deny])).toBe(true);
    expect(messageRefusal(grantsOf([entry], [deny]).message, 'request', '/log/secret')).toMatchObject({
      rule: 'a "deny" entry of the manifest takes this topic',
      manifestLine: undefined,
    });
  });

  it('is refused with a line that is a permission and allows it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...messageActionNames),
        fc.string({ minLength: 1, maxLength: 20 }).filter((topic) => !/[* "\\]/u.test(topic)),
        (action, topic) => {
          const { manifestLine } = messageRefusal(undefined, action, topic);
          const line: unknown = JSON.parse(manifestLine ?? 'null');
          expect(permissionSchema.safeParse(line).success).toBe(true);
          expect(permits(action, topic, [line as Json])).toBe(true);
        },
      ),
    );
  });

  it.each([
    ['/a*b', '/a*'],
    ['*', '*'],
    ['/a*', '/a*'],
  ])('for a topic with "*", %s, that is refused has a line that can be written', (topic, pattern) => {
    const line = JSON.parse(messageRefusal(undefined, 'publish', topic).manifestLine ?? 'null') as Json;
    expect(line).toEqual({ kind: 'message', actions: ['publish'], topics: [pattern] });
    expect(permits('publish', topic, [line])).toBe(true);
  });

  it.each([[''], ['x'.repeat(257)], ['a b'], ['/a", "/b'], ['/a\u00a0'], ['/\u00e4']])(
    'has no line for a topic that no permission can name',
    (topic) => {
      expect(messageRefusal(undefined, 'publish', topic).manifestLine).toBeUndefined();
    },
  );

  it('of deny entries alone permits nothing, and a refusal knows what they take', () => {
    const { message } = grantsOf([], [{ kind: 'message', topics: ['/log/*'] }]);
    expect(messagePermits(message, 'publish', '/log/a')).toBe(false);
    expect(messageRefusal(message, 'publish', '/log/a')).toMatchObject({
      rule: 'a "deny" entry of the manifest takes this topic',
      manifestLine: undefined,
    });
    expect(messageRefusal(message, 'publish', '/other')).toMatchObject({
      rule: 'no "message" permission',
      manifestLine: '{"kind":"message","actions":["publish"],"topics":["/other"]}',
    });
  });

  it('has what URLs are written with, and nothing that looks like two topics or like words of Kanchi', () => {
    const isTopic = (topic: string): boolean =>
      permissionSchema.safeParse({ kind: 'message', actions: ['publish'], topics: [topic] }).success;
    for (const topic of ['/alert/*', '/a?b=c&d=%20', "url-1.2_~:@!$;,+()[]{}|^#<>`'"]) {
      expect([topic, isTopic(topic)]).toEqual([topic, true]);
    }
    for (const topic of [
      '/a b',
      '/a"',

      '/a\\b',
      '/a\u00a0',
      '/\u2800',
      '/\u3164',
      '/a\u0301',
      '/\u00e4',
      '\n',
    ]) {
      expect([topic, isTopic(topic)]).toEqual([topic, false]);
    }
  });

  it('has no "*" but at the end of a topic', () => {
    const wrong = { kind: 'message', actions: ['publish'], topics: ['/a*/b'] };
    expect(permissionSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('a connection permission', () => {
  const target: ConnectionTarget = { protocol: 'tcp', host: '192.0.2.7', port: 1883 };
  const entry = { kind: 'connection', ...target };
  const permits = (asked: ConnectionTarget, entries: readonly Json[], deny: readonly Json[] = []) =>
    connectionPermits(grantsOf(entries, deny).connection, asked);

  it('names a host as a resolver takes it, without what could look like more words of the line', () => {
    const isHost = (host: string): boolean => permissionSchema.safeParse({ ...entry, host }).success;
    for (const host of ['192.0.2.7', 'broker-1.example', 'XN--MLLER-KVA.example', '2001:db8::1']) {
      expect([host, isHost(host)]).toEqual([host, true]);
    }
    for (const host of [
      'a b',
      'a port 80',
      'a"',
      'a\u00a0b',
      'a\u2800',
      'a\u0301',
      '\u00e4',
      'a\n',
      'a%eth0',
      '[::1]',
    ]) {
      expect([host, isHost(host)]).toEqual([host, false]);
      expect(connectionRefusal(undefined, { ...target, host }).manifestLine).toBeUndefined();
    }
  });

  it('allows exactly its protocol, host and port', () => {
    expect(permits(target, [entry])).toBe(true);
    expect(permits({ ...target, port: 1884 }, [entry])).toBe(false);
    expect(permits({ ...target, protocol: 'udp' }, [entry])).toBe(false);
    expect(permits({ ...target, host: '192.0.2.70' }, [entry])).toBe(false);
    expect(permits(target, [])).toBe(false);
    expect(permits(target, [entry], [entry])).toBe(false);
  });

  it('is refused with the line that allows it', () => {
    const { manifestLine, resource } = connectionRefusal(undefined, target);
    expect(resource).toBe('tcp connection to "192.0.2.7" port 1883');
    expect(permits(target, [JSON.parse(manifestLine ?? 'null') as Json])).toBe(true);
  });

  it('that a deny entry takes has no line to add; another one does', () => {
    const { connection } = grantsOf([entry], [entry]);
    expect(connectionRefusal(connection, target)).toMatchObject({
      rule: 'a "deny" entry of the manifest takes this connection',
      manifestLine: undefined,
    });
    expect(connectionRefusal(connection, { ...target, port: 1884 }).manifestLine).toBe(
      '{"kind":"connection","protocol":"tcp","host":"192.0.2.7","port":1884}',
    );
  });

  it('has no line for a host that no permission can name', () => {
    const refused = connectionRefusal(undefined, { ...target, host: 'h'.repeat(254) });
    expect(refused.manifestLine).toBeUndefined();
  });
});
