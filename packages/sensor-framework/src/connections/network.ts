/** Why something of the network failed. */
export interface NetworkFault {
  /** An errno (`ECONNREFUSED`), or what the resolver says (`ENOTFOUND`). */
  readonly code: string;
  readonly message: string;
}

/** What a link tells. Never called from inside a call of the link or of the network that made it. */
export interface LinkListener {
  opened(): void;
  /** The array is the listener's. */
  received(bytes: Uint8Array): void;
  /** One datagram could not be sent; the link goes on. */
  failed(fault: NetworkFault): void;
  /** Nothing more is received or sent. Told once; before `opened`: it could not be opened. */
  ended(fault: NetworkFault | undefined): void;
  /** The descriptor is closed. Told once, the last. */
  closed(): void;
}

export interface NetworkLink {
  /** `done` is called when the system has the bytes, or will never have them. Does not block. */
  send(bytes: Uint8Array, done: () => void): void;
  /** Sends what waits, then closes. No `received` or `ended` follows. */
  finish(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface TcpLink extends NetworkLink {
  /** No `received` until `resume`; the far end is held back by TCP. */
  pause(): void;
  resume(): void;
}

export interface UdpLink extends NetworkLink {
  /** Finds the IPv4 address of the host. */
  setRemote(host: string, port: number, done: (fault: NetworkFault | undefined) => void): void;
}

/** The sockets of the system, or simulated ones. */
export interface Network {
  connectTcp(host: string, port: number, listener: LinkListener): TcpLink;
  /** Bound to the port on every IPv4 address of the machine. */
  bindUdp(port: number, listener: LinkListener): UdpLink;
}
