/**
 * A piece of hardware that a client must not hold any more, by the fields that its open request had. A bus is one piece: the
 * broker does not know which of a client's handles on it are for which device.
 */
export type RevokedResource =
  | { readonly kind: 'gpio'; readonly chip: string | undefined; readonly offset: number }
  | { readonly kind: 'i2c'; readonly bus: number }
  | { readonly kind: 'spi'; readonly bus: number; readonly chipSelect: number }
  | { readonly kind: 'uart'; readonly port: string }
  | { readonly kind: 'pwm'; readonly chip: string | undefined; readonly channel: number }
  | { readonly kind: 'mmio'; readonly device: string; readonly base: number };

/** What is taken from one client. */
export interface Revocations {
  readonly resources: readonly RevokedResource[];
  /** For the service of the client: the permissions that lost something, as `kind:label`. */
  readonly targets: readonly string[];
}

/** Whether a handle that was opened by this request is one of the resource. */
export function isOfResource(
  resource: RevokedResource,
  kind: RevokedResource['kind'],
  request: Readonly<Record<string, unknown>>,
): boolean {
  const { kind: revoked, ...fields } = resource;
  return kind === revoked && Object.entries(fields).every(([name, value]) => request[name] === value);
}
