import type { Refusal, SensorGrant } from './grant.ts';

const NS_PER_SECOND = 1e9;

/**
 * The one check for sensors: the shortest interval at which the app may have these channels together, or the first
 * channel that it may not have.
 */
export function sensorPermits(
  grant: SensorGrant | undefined,
  channels: readonly string[],
):
  | { readonly permitted: true; readonly shortestIntervalNs: bigint }
  | { readonly permitted: false; readonly channel: string | undefined } {
  if (grant === undefined || grant.revoked) {
    return { permitted: false, channel: undefined };
  }
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
      return { permitted: false, channel };
    }
    if (fastestNs > shortestIntervalNs) {
      shortestIntervalNs = fastestNs;
    }
  }
  return { permitted: true, shortestIntervalNs };
}

/** `channel`: the one that is not granted; `intervalNs`: what the app asked for. */
export function sensorRefusal(
  label: string,
  grant: SensorGrant | undefined,
  channel: string | undefined,
  intervalNs: bigint,
): Refusal {
  const rateHz =
    intervalNs <= 0n ? 1 : Math.max(0.001, Number((NS_PER_SECOND / Number(intervalNs)).toPrecision(3)));
  return {
    kind: 'sensor',
    label,
    resource: channel === undefined ? `sensor "${label}"` : `sensor "${label}", channel "${channel}"`,
    rule:
      grant === undefined
        ? 'no "sensor" permission for this sensor'
        : grant.revoked
          ? 'the permission was revoked'
          : 'the "sensor" permission does not include this channel',
    manifestLine:
      grant?.revoked === true
        ? undefined
        : JSON.stringify({
            kind: 'sensor',
            sensor: label,
            ...(channel === undefined ? {} : { channels: [channel] }),
            maximumRateHz: rateHz,
          }),
  };
}
