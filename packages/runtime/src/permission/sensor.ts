import { observed } from './access.ts';
import type { Refusal, SensorGrant } from './grant.ts';
import { MAX_SENSOR_RATE_HZ, MIN_SENSOR_RATE_HZ } from './limits.ts';

const NS_PER_SECOND = 1e9;

/**
 * The one check for sensors: the shortest interval at which the app may have these channels together, or the channels of
 * them that it may not have; none of them when it may not have the sensor at all. `intervalNs`: what the app asks for, where
 * it asks for readings.
 */
export function sensorPermits(
  grant: SensorGrant | undefined,
  channels: readonly string[],
  intervalNs?: bigint,
):
  | { readonly permitted: true; readonly shortestIntervalNs: bigint }
  | { readonly permitted: false; readonly channels: readonly string[] } {
  if (grant === undefined || grant.revocation.revoked) {
    return { permitted: false, channels: [] };
  }
  const refused: string[] = [];
  let shortestIntervalNs = 0n;
  for (const channel of channels) {
    let fastestNs: bigint | undefined;
    for (const rate of grant.rates) {
      const applies = rate.channels?.has(channel) ?? true;
      if (applies && (fastestNs === undefined || rate.shortestIntervalNs < fastestNs)) {
        fastestNs = rate.shortestIntervalNs;
      }
    }
    if (fastestNs === undefined) {
      refused.push(channel);
    } else if (fastestNs > shortestIntervalNs) {
      shortestIntervalNs = fastestNs;
    }
  }
  if (refused.length === 0) {
    return { permitted: true, shortestIntervalNs };
  }
  return observed(grant, { kind: 'sensor', label: grant.label, channels, intervalNs })
    ? { permitted: true, shortestIntervalNs: BigInt(NS_PER_SECOND / MAX_SENSOR_RATE_HZ) }
    : { permitted: false, channels: refused };
}

/** `channels`: the ones that are not granted, none for the whole sensor; `intervalNs`: what the app asked for. */
export function sensorRefusal(
  label: string,
  grant: SensorGrant | undefined,
  channels: readonly string[],
  intervalNs: bigint,
): Refusal {
  const names = channels.map((channel) => `"${channel}"`).join(', ');
  return {
    kind: 'sensor',
    label,
    resource: `sensor "${label}"${names === '' ? '' : `, channel${channels.length === 1 ? '' : 's'} ${names}`}`,
    rule:
      grant === undefined
        ? 'no "sensor" permission for this sensor'
        : grant.revocation.revoked
          ? 'the permission was revoked'
          : `the "sensor" permission does not include ${channels.length > 1 ? 'these channels' : 'this channel'}`,
    manifestLine:
      grant?.revocation.revoked === true
        ? undefined
        : JSON.stringify({
            kind: 'sensor',
            sensor: label,
            ...(channels.length === 0 ? {} : { channels }),
            maximumRateHz: rateFor(intervalNs),
          }),
    under: ({ sensor }) => {
      const other = sensor.get(label);
      const permits = sensorPermits(other, channels);
      return permits.permitted ? undefined : sensorRefusal(label, other, permits.channels, intervalNs);
    },
  };
}

/** The least rate of three digits that does not make the interval longer, as far as a permission can name one. */
export function rateFor(intervalNs: bigint): number {
  if (intervalNs <= 0n) return 1;
  const rateHz = NS_PER_SECOND / Number(intervalNs);
  const near = Number(rateHz.toPrecision(3));
  const enough =
    near >= rateHz ? near : Number((near + 10 ** (Math.floor(Math.log10(near)) - 2)).toPrecision(3));
  return Math.min(MAX_SENSOR_RATE_HZ, Math.max(MIN_SENSOR_RATE_HZ, enough));
}
