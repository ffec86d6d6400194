import type { AppPackage } from '../app/app-host.ts';
import { type LimitName, limitNames, raiseAdvice } from '../app/limits.ts';
import type { Manifest } from '../app/manifest.ts';
import { type AppPolicy, type Policy, policyForApp } from './policy.ts';

/** The manifest with no limit above what the policy allows. Doing it again changes nothing. */
export function capLimits(manifest: Manifest, policy: Policy | undefined): Manifest {
  if (policy === undefined) return manifest;
  const { limits: caps } = policyForApp(policy, manifest.name);
  const limits = Object.fromEntries(
    limitNames.map((name) => {
      const asked = manifest.limits[name];
      return [name, Math.min(asked, caps.get(name)?.value ?? asked)];
    }),
  ) as Manifest['limits'];
  return { ...manifest, limits };
}

/** The app as it may run. */
export function underPolicy(app: AppPackage): AppPackage {
  return app.policy === undefined ? app : { ...app, manifest: capLimits(app.manifest, app.policy) };
}

/**
 * What to do where a limit of the app is not enough, as `raiseAdvice` says it: in the policy, where that holds the limit
 * down. `value`: what the app has.
 */
export function limitAdvice(
  policy: AppPolicy | undefined,
  name: LimitName,
  value: number,
  { manifestName, needed }: { readonly manifestName?: string | undefined; readonly needed?: number } = {},
): string {
  const place = placeOfCap(policy, name, value);
  return place === undefined
    ? raiseAdvice(name, value, manifestName, needed)
    : `the policy of this machine allows no more: raise ${place}`;
}

/** What holds a limit of the app down, e.g. `"limits.callbackMs" of app.json`. */
export function limitPlace(
  { manifest, policy, manifestName = 'app.json' }: AppPackage,
  name: LimitName,
): string {
  const forApp = policy && policyForApp(policy, manifest.name);
  return placeOfCap(forApp, name, manifest.limits[name]) ?? `"limits.${name}" of ${manifestName}`;
}

/** The line of the policy that allows no more than this value; undefined when it does. */
function placeOfCap(policy: AppPolicy | undefined, name: LimitName, value: number): string | undefined {
  const cap = policy?.limits.get(name);
  return policy !== undefined && cap !== undefined && cap.value <= value
    ? `"${cap.place}" of ${policy.source}`
    : undefined;
}
