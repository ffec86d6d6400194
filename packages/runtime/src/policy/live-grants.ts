import type { Grants } from '../permission/grant.ts';

/** Grants that can become less: each look at them is one at what holds now. */
export class LiveGrants implements Grants {
  readonly #now: () => Grants;

  constructor(now: () => Grants) {
    this.#now = now;
  }

  get gpio(): Grants['gpio'] {
    return this.#now().gpio;
  }

  get i2c(): Grants['i2c'] {
    return this.#now().i2c;
  }

  get spi(): Grants['spi'] {
    return this.#now().spi;
  }

  get uart(): Grants['uart'] {
    return this.#now().uart;
  }

  get mmio(): Grants['mmio'] {
    return this.#now().mmio;
  }

  get pwm(): Grants['pwm'] {
    return this.#now().pwm;
  }

  get sensor(): Grants['sensor'] {
    return this.#now().sensor;
  }

  get message(): Grants['message'] {
    return this.#now().message;
  }

  get connection(): Grants['connection'] {
    return this.#now().connection;
  }

  get clock(): Grants['clock'] {
    return this.#now().clock;
  }

  get log(): Grants['log'] {
    return this.#now().log;
  }

  get denied(): Grants['denied'] {
    return this.#now().denied;
  }
}
