import type { Grants, PermissionKind } from '../permission/grant.ts';

/** What a grant is for: its kind and the label, or twice the kind where there is one of it. */
export type GrantTarget = `${PermissionKind}:${string}`;

const labelledKinds = ['gpio', 'i2c', 'spi', 'uart', 'mmio', 'pwm', 'sensor'] as const;
const singleKinds = ['message', 'connection', 'clock', 'log'] as const;

type LabelledGrant =
  Grants[(typeof labelledKinds)[number]] extends ReadonlyMap<string, infer Grant> ? Grant : never;
/** A grant of any kind. */
export type AnyGrant = LabelledGrant | NonNullable<Grants[(typeof singleKinds)[number]]>;

export function grantsByTarget(grants: Grants): ReadonlyMap<GrantTarget, AnyGrant> {
  const found = new Map<GrantTarget, AnyGrant>();
  for (const kind of labelledKinds) {
    for (const [label, grant] of grants[kind]) found.set(`${kind}:${label}`, grant);
  }
  for (const kind of singleKinds) {
    const grant = grants[kind];
    if (grant !== undefined) found.set(`${kind}:${kind}`, grant);
  }
  return found;
}

/** The grants with each replaced by what `change` gives for it, of the same kind, or without it. */
export function withGrants(
  grants: Grants,
  change: (target: GrantTarget, grant: AnyGrant) => AnyGrant | undefined,
): Grants {
  const labelled = <Grant extends AnyGrant>(held: ReadonlyMap<string, Grant>): ReadonlyMap<string, Grant> => {
    const changed = new Map<string, Grant>();
    for (const [label, grant] of held) {
      const next = change(`${grant.kind}:${label}`, grant);
      if (next !== undefined) changed.set(label, next as Grant);
    }
    return changed;
  };
  const single = <Grant extends AnyGrant>(grant: Grant | undefined): Grant | undefined =>
    grant === undefined ? undefined : (change(`${grant.kind}:${grant.kind}`, grant) as Grant | undefined);
  return {
    gpio: labelled(grants.gpio),
    i2c: labelled(grants.i2c),
    spi: labelled(grants.spi),
    uart: labelled(grants.uart),
    mmio: labelled(grants.mmio),
    pwm: labelled(grants.pwm),
    sensor: labelled(grants.sensor),
    message: single(grants.message),
    connection: single(grants.connection),
    clock: single(grants.clock),
    log: single(grants.log),
    denied: grants.denied,
  };
}
