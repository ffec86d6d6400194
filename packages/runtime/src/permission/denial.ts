import type { RefusalCount } from '../app/app-exit.ts';
import { printable } from '../printable.ts';
import type { Grants, Refusal } from './grant.ts';

/** Most different refusals that are remembered as told; beyond, refusals are counted and not told. */
export const MAX_DENIAL_RULES = 256;
/** Characters of a refused resource that a refusal tells: a host name of the guest can have 65,534. */
const MAX_RESOURCE_LENGTH = 300;

export interface DenialLogOptions {
  /** Told the first time that a rule refuses. */
  readonly onFirst: (text: string) => void;
  /** File name that the advice points at. */
  readonly manifestName?: string;
}

/** What was refused to one app: told once per rule, counted always. */
export class DenialLog {
  readonly #options: DenialLogOptions;
  readonly #counts = new Map<string, number>();
  #total = 0;
  #untold = 0;

  constructor(options: DenialLogOptions) {
    this.#options = options;
  }

  /** Refusals so far. */
  get total(): number {
    return this.#total;
  }

  /** Refusals whose rule found no room in the table (MAX_DENIAL_RULES). */
  get untold(): number {
    return this.#untold;
  }

  /** Counts the refusal and returns its text: app, call, resource, rule and the line to add. */
  report(appName: string, call: string, refusal: Refusal): string {
    const text = denialText(appName, call, refusal, this.#options.manifestName ?? 'app.json');
    this.#total += 1;
    const count = this.#counts.get(text);
    if (count !== undefined) {
      this.#counts.set(text, count + 1);
    } else if (this.#counts.size < MAX_DENIAL_RULES) {
      this.#counts.set(text, 1);
      this.#options.onFirst(text);
    } else {
      this.#untold += 1;
    }
    return text;
  }

  /** Each refusal that was told, with how often it came. */
  entries(): RefusalCount[] {
    return [...this.#counts].map(([text, count]) => ({ text, count }));
  }
}

/** The refusal as it is told: adding a permission does not help where a deny entry narrows the same target. */
export function narrowedRefusal(grants: Grants, refusal: Refusal): Refusal {
  return grants.denied.has(`${refusal.kind}:${refusal.label}`)
    ? {
        ...refusal,
        rule: `${refusal.rule} (a "deny" entry of the manifest narrows it)`,
        manifestLine: undefined,
      }
    : refusal;
}

function denialText(appName: string, call: string, refusal: Refusal, manifestName: string): string {
  const advice =
    refusal.advice ??
    (refusal.manifestLine === undefined
      ? `nothing that is added to "permissions" in ${manifestName} would allow it`
      : `add to "permissions" in ${manifestName}: ${refusal.manifestLine}`);
  const resource =
    refusal.resource.length > MAX_RESOURCE_LENGTH
      ? `${refusal.resource.slice(0, MAX_RESOURCE_LENGTH)}...`
      : refusal.resource;
  return printable(`app "${appName}": ${call} refused: ${resource}: ${refusal.rule}; ${advice}`);
}
