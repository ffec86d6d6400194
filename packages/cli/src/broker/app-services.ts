import type { ClientService } from '@kanchi/hal/remote';
import type { ServiceName } from './ask-of.ts';

/** Several services behind one: requests carry the name of the one that they are for. */
export class AppServices implements ClientService {
  readonly #services: Readonly<Partial<Record<ServiceName, ClientService>>>;

  constructor(services: Readonly<Partial<Record<ServiceName, ClientService>>>) {
    this.#services = services;
  }

  serve({ service, request }: Readonly<Record<string, unknown>>): unknown {
    const name = String(service);
    const found = Object.hasOwn(this.#services, name) ? this.#services[name as ServiceName] : undefined;
    if (found === undefined) throw new TypeError(`the broker has no service ${name} for this client`);
    return found.serve(request as Readonly<Record<string, unknown>>);
  }

  revoke(targets: readonly string[]): void {
    for (const service of Object.values(this.#services)) service.revoke?.(targets);
  }

  close(): void {
    for (const service of Object.values(this.#services)) service.close();
  }
}
