import { SensorError } from '../error.ts';
import type { SensorDriverContext, SensorWiring } from './sensor-driver.ts';

/** Throws SENSOR_BAD_DESCRIPTION: `field` is as the board file calls it, e.g. `options.oversampling`. */
export function refuseField(part: string, field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_DESCRIPTION', `${part}: ${field}: ${why}`, { part, field });
}

/** Throws SENSOR_BAD_DESCRIPTION for an option that the driver does not have: a typing error must not be a default. */
export function checkOptionNames(
  part: string,
  options: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const hint = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
    refuseField(part, `options.${name}`, `the driver has no such option; ${hint}`);
  }
}

/** The wiring, when it is of the driver's kind. Throws SENSOR_BAD_DESCRIPTION. */
export function wiringOf<Kind extends SensorWiring['kind']>(
  part: string,
  context: SensorDriverContext,
  kind: Kind,
): Extract<SensorWiring, { readonly kind: Kind }> {
  const { wiring } = context;
  if (!isOfKind(wiring, kind)) {
    refuseField(part, 'device', `it is wired to ${wiring.kind}, the driver needs ${kind}`);
  }
  return wiring;
}

function isOfKind<Kind extends SensorWiring['kind']>(
  wiring: SensorWiring,
  kind: Kind,
): wiring is Extract<SensorWiring, { readonly kind: Kind }> {
  return wiring.kind === kind;
}
