import type { RemoteChannelBuffers } from './channel.ts';
import type { Revocations } from './revoked-resource.ts';

/** What the supervisor tells the broker's thread. */
export type BrokerCommand =
  | {
      readonly kind: 'attach';
      readonly clientId: string;
      readonly channel: RemoteChannelBuffers;
      /** For the service of the client. */
      readonly extension: unknown;
    }
  | { readonly kind: 'detach'; readonly clientId: string; readonly ticket: number }
  | {
      readonly kind: 'revoke';
      readonly clientId: string;
      readonly ticket: number;
      readonly revocations: Revocations;
    }
  | { readonly kind: 'message'; readonly message: unknown };

/** What the broker's thread answers. */
export type BrokerReport =
  /** The answer to detach and revoke. */
  | { readonly kind: 'closed'; readonly ticket: number; readonly faults: readonly string[] }
  | { readonly kind: 'refused'; readonly clientId: string; readonly text: string }
  | { readonly kind: 'stopped'; readonly faults: readonly string[] };
