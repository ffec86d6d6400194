import type { TimelineEvent } from '@kanchi/sensor-framework';

const NS_PER_SECOND = 1e9;

/** One line for people: what happened to a sensor or a bus, and what happens next. */
export function sensorEventText(event: TimelineEvent): string {
  switch (event.kind) {
    case 'sensor-failed':
      return `sensor ${event.sensor}: ${event.reason}; next try in ${seconds(event.retryNs - event.atNs)}, then at most every 10 s`;
    case 'sensor-recovered':
      return `sensor ${event.sensor}: recovered after ${seconds(event.atNs - event.failedSinceNs)} (${event.reason}, ${event.failureCount} failed reads)`;
    case 'bus-stuck':
      return `${event.bus ?? `the way to ${event.sensor}`}: stuck in a read of sensor ${event.sensor}; other buses go on`;
    case 'bus-recovered':
      return `${event.bus ?? `the way to ${event.sensor}`}: free again`;
  }
}

function seconds(durationNs: bigint): string {
  return `${(Number(durationNs) / NS_PER_SECOND).toFixed(3)} s`;
}
