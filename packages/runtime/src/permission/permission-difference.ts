import type { Manifest } from '../app/manifest.ts';
import type { Grants, PermissionKind } from './grant.ts';

/** What one manifest may do and another may not. */
export interface PermissionDifference {
  /** `gained`: the new manifest may and the old may not. `lost`: the other way round. */
  readonly change: 'gained' | 'lost';
  readonly kind: PermissionKind;
  /** Label of the board file; the kind's name where the kind has no labels. */
  readonly target: string;
  /** Words that follow "it may", on one line: `drive line "lamp"`. */
  readonly what: string;
  /** What the other manifest has of the same, when it differs in a number only: `10 Hz`. */
  readonly otherwise: string | undefined;
}

/** One side of a comparison. */
export interface PermissionSide {
  readonly manifest: Manifest;
  readonly grants: Grants;
}

export type PermissionGain = Pick<PermissionDifference, 'target' | 'what' | 'otherwise'>;

/** What `after` may and `before` may not. */
export type Gains = (before: PermissionSide, after: PermissionSide) => PermissionGain[];
