import type { z } from 'zod';
import type { LimitName } from '../app/limits.ts';
import type { DenyEntry, PermissionEntry } from '../permission/entry-schema.ts';
import type { policySchema } from './policy-schema.ts';

/** The entry that stands for every app. */
const EVERY_APP = '*';

type PolicyFile = Readonly<z.infer<typeof policySchema>>;

/** What the operator of a machine lets apps have at most. Plain data, can be cloned. */
export interface Policy {
  /** The file, for messages. */
  readonly source: string;
  readonly apps: PolicyFile['apps'];
}

/** A value of the policy with its place in the file, e.g. `apps.*.deny[0]`. */
export interface PlacedEntry<Value> {
  readonly place: string;
  readonly value: Value;
}

/** What a policy says about one app: its own entry, and that of every app where its own says nothing. */
export interface AppPolicy {
  readonly source: string;
  /** Undefined: all that the manifest asks for. */
  readonly permissions: PlacedEntry<readonly PermissionEntry[]> | undefined;
  /** Of both entries: a deny always wins. */
  readonly deny: readonly PlacedEntry<DenyEntry>[];
  readonly limits: ReadonlyMap<LimitName, PlacedEntry<number>>;
  readonly requireSignature: boolean;
}

/** What the policy says about the app of this name. */
export function policyForApp({ source, apps }: Policy, appName: string): AppPolicy {
  // The app's own first. Names are the file's: nothing that an object inherits is meant.
  const names = [appName, EVERY_APP].filter((name) => Object.hasOwn(apps, name));
  const entries = names.map((name) => ({ name, entry: apps[name] as PolicyFile['apps'][string] }));
  const allowing = entries.find(({ entry }) => entry.permissions !== undefined);
  const limits = new Map<LimitName, PlacedEntry<number>>();
  for (const { name, entry } of entries.toReversed()) {
    for (const [limit, value] of Object.entries(entry.limits ?? {}) as [LimitName, number | undefined][]) {
      if (value !== undefined) limits.set(limit, { place: `apps.${name}.limits.${limit}`, value });
    }
  }
  return {
    source,
    permissions:
      allowing?.entry.permissions === undefined
        ? undefined
        : { place: `apps.${allowing.name}.permissions`, value: allowing.entry.permissions },
    deny: entries.flatMap(({ name, entry }) =>
      entry.deny.map((value, index) => ({ place: `apps.${name}.deny[${index}]`, value })),
    ),
    limits,
    requireSignature:
      entries.find(({ entry }) => entry.requireSignature !== undefined)?.entry.requireSignature ?? false,
  };
}
