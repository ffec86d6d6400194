import {
  type AppExit,
  type AppPackage,
  effectiveGrants,
  limitAdvice,
  metLimits,
  policyForApp,
  raiseLogAdvice,
} from '@kanchi/runtime';

/**
 * A line for each limit that the app met: its value, what happened, and what to change in the manifest or the policy; and one on
 * threads of it that could not be ended.
 */
export function limitLines(
  { manifest, manifestName, board, policy }: AppPackage,
  counters: AppExit['counters'],
): string[] {
  const forApp = policy && policyForApp(policy, manifest.name);
  const lines = metLimits(counters).map(({ name, count, hit }) => {
    const value = manifest.limits[name];
    return `limit "${name}" of ${value}: ${count} ${hit}; ${limitAdvice(forApp, name, value, { manifestName })}`;
  });
  const { logBytesDropped, threadsStuck } = counters;
  if (threadsStuck > 0) {
    lines.push(
      `${threadsStuck} ${threadsStuck === 1 ? 'thread' : 'threads'} could not be ended in time, and had no hardware any more`,
    );
  }
  if (logBytesDropped === 0) return lines;
  const { grants, asked } = effectiveGrants(manifest, board, policy);
  const { maxBytesPerSecond = 0 } = grants.log ?? {};
  const file =
    policy !== undefined && (asked.log?.maxBytesPerSecond ?? 0) > maxBytesPerSecond
      ? policy.source
      : manifestName;
  return [
    ...lines,
    `limit of ${maxBytesPerSecond} bytes of output per second (of a log line 1024): ${logBytesDropped} bytes dropped; ${raiseLogAdvice(maxBytesPerSecond, file)}`,
  ];
}
