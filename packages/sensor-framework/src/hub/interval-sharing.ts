import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import { shorter } from '../scheduler/durations.ts';
import { inUse, unknownClient } from '../scheduler/timeline-error.ts';

/** Clients each with an interval of their own. What throws has changed nothing. */
export interface PlainClients {
  open(
    client: string,
    sensor: string,
    request: HubRequest,
    permission: RateCap,
    notify: () => void,
  ): Contract;
  change(client: string, request: HubRequest, permission: RateCap): Contract;
  close(client: string): boolean;
}

interface SharingClient {
  readonly sensor: string;
  readonly notify: () => void;
  request: HubRequest;
  permission: RateCap;
  contract: Contract;
  /** Somebody asks for 0: there is no plain client of this name. */
  isStopped: boolean;
}

/** What a client is taken to ask for while it asks for 0; nothing is read for it. */
const STOPPED_INTERVAL_NS = 1_000_000_000n;

/** The clients of a hub that share a sensor's interval (`HubRequest.sharesInterval`). */
export class IntervalSharing {
  readonly #plain: PlainClients;
  readonly #clients = new Map<string, SharingClient>();

  constructor(plain: PlainClients) {
    this.#plain = plain;
  }

  has(client: string): boolean {
    return this.#clients.has(client);
  }

  isStopped(client: string): boolean {
    return this.#clients.get(client)?.isStopped === true;
  }

  open(
    client: string,
    sensor: string,
    request: HubRequest,
    permission: RateCap,
    notify: () => void,
  ): Contract {
    if (this.#clients.has(client)) {
      throw inUse(`the client ${client} exists`, { client });
    }
    const contract = this.#plain.open(client, sensor, ownRequest(request), permission, notify);
    const added: SharingClient = { sensor, notify, request, permission, contract, isStopped: false };
    this.#clients.set(client, added);
    this.#settle(sensor);
    return added.contract;
  }

  change(client: string, request: HubRequest, permission: RateCap): Contract {
    const known = this.#clients.get(client);
    if (known === undefined) {
      throw unknownClient(client);
    }
    if (known.isStopped) this.#resume(client, known, ownRequest(request), permission);
    else known.contract = this.#plain.change(client, ownRequest(request), permission);
    known.request = request;
    known.permission = permission;
    this.#settle(known.sensor);
    return known.contract;
  }

  close(client: string): boolean {
    const known = this.#clients.get(client);
    if (known === undefined) return false;
    this.#clients.delete(client);
    if (!known.isStopped) this.#plain.close(client);
    this.#settle(known.sensor);
    return true;
  }

  /** Gives every client of the sensor the interval that all of them have now. */
  #settle(sensor: string): void {
    const clients = [...this.#clients].filter(([, each]) => each.sensor === sensor);
    const intervalNs = shortestOf(clients.map(([, { request }]) => request.intervalNs));
    for (const [client, each] of clients) {
      if (intervalNs === 0n) {
        if (!each.isStopped) this.#plain.close(client);
        each.isStopped = true;
        continue;
      }
      const request = { ...each.request, intervalNs };
      if (each.isStopped) this.#resume(client, each, request, each.permission);
      else if (each.contract.intervalNs !== intervalNs) {
        each.contract = this.#plain.change(client, request, each.permission);
      }
    }
  }

  #resume(client: string, known: SharingClient, request: HubRequest, permission: RateCap): void {
    known.contract = this.#plain.open(client, known.sensor, request, permission, known.notify);
    known.isStopped = false;
  }
}

/** The request as if it were alone, which tells whether the hub takes it at all. */
function ownRequest(request: HubRequest): HubRequest {
  return request.intervalNs === 0n ? { ...request, intervalNs: STOPPED_INTERVAL_NS } : request;
}

function shortestOf(intervalsNs: readonly bigint[]): bigint {
  const [first = 0n, ...others] = intervalsNs;
  return others.reduce(shorter, first);
}
