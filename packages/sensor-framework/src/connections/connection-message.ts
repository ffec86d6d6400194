import { PIECE_OVERHEAD_BYTES } from './limits.ts';

/** What an app's thread asks of the thread that has the sockets. What has a ticket is answered. */
export type ConnectionCommand =
  | ({ readonly kind: 'open-tcp' } & RemoteQuestion)
  | ({ readonly kind: 'set-remote' } & RemoteQuestion)
  | { readonly kind: 'open-udp'; readonly ticket: number; readonly handle: number; readonly port: number }
  | { readonly kind: 'send'; readonly handle: number; readonly bytes: Uint8Array }
  /** The app has taken received pieces of that cost: there is room again. */
  | { readonly kind: 'consumed'; readonly handle: number; readonly cost: number }
  | { readonly kind: 'close'; readonly handle: number };

interface RemoteQuestion {
  readonly ticket: number;
  readonly handle: number;
  readonly host: string;
  readonly port: number;
}

export type ConnectionReport =
  | { readonly kind: 'answer'; readonly ticket: number; readonly done: boolean }
  | { readonly kind: 'data'; readonly handle: number; readonly bytes: Uint8Array }
  /** Pieces of that cost have left: there is room again. */
  | { readonly kind: 'sent'; readonly handle: number; readonly cost: number }
  /** Nothing more comes, and nothing can be sent. */
  | { readonly kind: 'ended'; readonly handle: number };

/** What a piece or datagram of so many bytes takes of a buffer. */
export function pieceCost(byteLength: number): number {
  return byteLength + PIECE_OVERHEAD_BYTES;
}
