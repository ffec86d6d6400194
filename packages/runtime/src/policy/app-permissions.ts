import type { Board } from '../app/board.ts';
import type { LimitName } from '../app/limits.ts';
import type { Manifest } from '../app/manifest.ts';
import type { Grants, Refusal } from '../permission/grant.ts';
import { Revocation } from '../permission/revocation.ts';
import { denyPlaces, type EffectiveGrants, effectiveGrants } from './effective-grants.ts';
import { explainRefusal, placesText } from './explain-refusal.ts';
import { type GrantTarget, grantsByTarget, withGrants } from './grant-target.ts';
import { intersectGrants } from './intersect-grants.ts';
import { limitAdvice } from './limit-caps.ts';
import { LiveGrants } from './live-grants.ts';
import type { Policy } from './policy.ts';

/** A policy that takes effect while an app runs. Can be cloned. */
export interface Narrowing {
  readonly policy: Policy;
  /** When, wall time, nanoseconds since 1970. */
  readonly atNs: bigint;
}

/** How an app's thread gets narrowings that another thread decided on. */
export interface NarrowingFeed {
  /** `AppPermissions.byteLength` bytes, shared with that thread. */
  readonly words: SharedArrayBuffer;
  /** The oldest that was not taken yet. Does not block. */
  take(): Narrowing | undefined;
}

/** What one narrowing took, for the words of refusals. */
interface ToldNarrowing {
  readonly atNs: bigint;
  readonly before: Grants;
  /** By target, what in the policy took it, with the name of the file. */
  readonly byTarget: ReadonlyMap<GrantTarget, string>;
}

/** Narrowings that refusals still tell about; of earlier ones they say what the policy says now. */
const MAX_TOLD_NARROWINGS = 16;
/** Targets that need no entry of the manifest to be in the grants: "message" and "connection" with deny entries only. */
const EXTRA_TARGETS = 2;
const COUNT_WORD = 0;
const NS_PER_MS = 1_000_000n;

/**
 * What one app may do, from its start to its end. It can become less while the app runs, never more.
 *
 * Two threads can have one each for the same app, made from the same files and the same words: the one that narrows calls
 * `narrow`, hands the narrowing to the other, and then `seal`s, which is when the permissions are gone in both. The other
 * takes it up when the app next asks for a permission or looks for events.
 */
export class AppPermissions {
  /** What holds now: follows each narrowing. */
  readonly grants: Grants;
  readonly #manifest: Manifest;
  readonly #board: Board;
  readonly #words: Int32Array;
  readonly #wordOf: ReadonlyMap<GrantTarget, Int32Array>;
  readonly #take: () => Narrowing | undefined;
  readonly #told: ToldNarrowing[] = [];
  #effective: EffectiveGrants;
  #count = 0;
  readonly #listeners: ((targets: readonly GrantTarget[]) => void)[] = [];

  /** Throws what `effectiveGrants` throws. */
  constructor(manifest: Manifest, board: Board, policy: Policy | undefined, feed?: NarrowingFeed) {
    this.#manifest = manifest;
    this.#board = board;
    this.#words = new Int32Array(feed?.words ?? new ArrayBuffer(AppPermissions.byteLength(manifest)));
    this.#take = feed === undefined ? () => undefined : () => feed.take();
    this.#effective = effectiveGrants(manifest, board, policy);
    const held = grantsByTarget(this.#effective.grants);
    // In an order that does not depend on anything but the names: each thread gives the same words to the same targets.
    this.#wordOf = new Map(
      [...held.keys()]
        .toSorted()
        .map((target, index) => [target, this.#words.subarray(index + 1, index + 2)]),
    );
    const grants = withGrants(this.#effective.grants, (target, grant) => ({
      ...grant,
      revocation: new Revocation(this.#wordOf.get(target)),
    }));
    this.#effective = { ...this.#effective, grants };
    this.grants = new LiveGrants(() => this.#now());
  }

  /** Size of the words that two threads share. */
  static byteLength(manifest: Manifest): number {
    return (1 + manifest.permissions.length + EXTRA_TARGETS) * Int32Array.BYTES_PER_ELEMENT;
  }

  /** Everything that the app has something of. */
  get targets(): readonly GrantTarget[] {
    const { grants } = this.#effective;
    return [...grantsByTarget(intersectGrants(grants, grants)).keys()];
  }

  /** Calls `listener` after permissions were taken back, on the thread of the app, with what lost something. */
  addListener(listener: (targets: readonly GrantTarget[]) => void): void {
    this.#listeners.push(listener);
  }

  /** What the policy says of this app, and a line for each of its entries that has no effect on this board. */
  get effective(): Pick<EffectiveGrants, 'policy' | 'ignoredEntries'> {
    return this.#effective;
  }

  /**
   * Narrows to what the policy allows of what the app has; it gets nothing back that it had lost. Returns the targets that
   * lost something: what is open under them ends with `seal`, what is left can be opened again.
   *
   * Throws RuntimeError KANCHI_POLICY_INVALID, and nothing has changed then.
   */
  narrow({ policy, atNs }: Narrowing): readonly GrantTarget[] {
    const before = this.#effective.grants;
    const next = effectiveGrants(this.#manifest, this.#board, policy);
    // Compared with itself in the same way: a grant that loses nothing comes out the same.
    const unchanged = grantsByTarget(intersectGrants(before, before));
    const kept = grantsByTarget(intersectGrants(before, next.grants));
    const allowed = grantsByTarget(intersectGrants(before, next.allowed));
    const held = grantsByTarget(before);
    const byTarget = new Map<GrantTarget, string>();
    for (const [target, grant] of unchanged) {
      const text = textOf(grant);
      if (textOf(kept.get(target)) === text) continue;
      const places = [
        ...(textOf(allowed.get(target)) === text ? [] : [next.policy?.permissions?.place ?? 'apps']),
        ...(next.policy === undefined ? [] : denyPlaces(next.policy, target, this.#board)),
      ];
      byTarget.set(target, placesText(places, policy.source));
    }
    const grants = withGrants(before, (target, grant) => {
      if (!byTarget.has(target)) return grant;
      const left = kept.get(target);
      const generation = (held.get(target)?.revocation.generation ?? 0) + 1;
      return left && { ...left, revocation: new Revocation(this.#wordOf.get(target), generation) };
    });
    this.#told.push({ atNs, before: intersectGrants(before, before), byTarget });
    if (this.#told.length > MAX_TOLD_NARROWINGS) this.#told.shift();
    this.#effective = { ...next, grants };
    return [...byTarget.keys()];
  }

  /** Makes it so in every thread that has the words: what was granted for these targets is revoked. */
  seal(targets: readonly GrantTarget[]): void {
    for (const target of targets) {
      const word = this.#wordOf.get(target);
      if (word !== undefined) Atomics.add(word, 0, 1);
    }
    this.#count = Atomics.add(this.#words, COUNT_WORD, 1) + 1;
  }

  /** Takes up what another thread narrowed. On the thread of the app. */
  look(): void {
    if (this.#words[COUNT_WORD] === this.#count) return;
    this.#count = this.#words[COUNT_WORD] as number;
    const targets: GrantTarget[] = [];
    for (let narrowing = this.#take(); narrowing !== undefined; narrowing = this.#take()) {
      targets.push(...this.narrow(narrowing));
    }
    this.#tell(targets);
  }

  /** Narrows on the thread of the app: all at once. Throws as `narrow` does. */
  apply(narrowing: Narrowing): readonly GrantTarget[] {
    const targets = this.narrow(narrowing);
    this.seal(targets);
    this.#tell(targets);
    return targets;
  }

  /** The refusal as it is told: with what to change in the file that refuses, and when a permission was taken back. */
  explain(refusal: Refusal): Refusal {
    this.look();
    const target: GrantTarget = `${refusal.kind}:${refusal.label}`;
    const taken = this.#told.findLast(
      ({ before, byTarget }) => byTarget.has(target) && refusal.under(before) === undefined,
    );
    if (taken === undefined) return explainRefusal(this.#effective, this.#board, refusal);
    const when = new Date(Number(taken.atNs / NS_PER_MS)).toISOString();
    return {
      ...refusal,
      rule: `the permission was revoked at ${when} by ${taken.byTarget.get(target)}`,
      advice: 'an app gets nothing back while it runs: change that, and start the app again',
    };
  }

  /** The file that says too little: the policy where the manifest alone would do, else the manifest. */
  fileOf(permits: (grants: Grants) => boolean, manifestName = 'app.json'): string {
    const { asked, policy } = this.#effective;
    return policy !== undefined && permits(asked) ? policy.source : manifestName;
  }

  /** What to do where a limit of the app is not enough: the rest of a sentence. */
  adviseLimit(name: LimitName, manifestName?: string): string {
    return limitAdvice(this.#effective.policy, name, this.#manifest.limits[name], { manifestName });
  }

  #tell(targets: readonly GrantTarget[]): void {
    for (const listener of this.#listeners) listener(targets);
  }

  #now(): Grants {
    this.look();
    return this.#effective.grants;
  }
}

/** A grant as text: two that permit the same are equal. */
function textOf(grant: object | undefined): string {
  if (grant === undefined) return '';
  return JSON.stringify(grant, (key, value: unknown) => {
    if (key === 'revocation') return undefined;
    if (value instanceof Map) return [...value.entries()];
    if (value instanceof Set) return [...value];
    return typeof value === 'bigint' ? String(value) : value;
  });
}
