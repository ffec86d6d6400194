import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PiError } from '../pi-error.ts';
import { runTool } from './run-tool.ts';

/**
 * Programs of Debian packages that lie unpacked in a folder. They start through the loader and with the libraries that
 * were unpacked beside them, so that the machine needs neither.
 */
export class UnpackedPrograms {
  readonly folder: string;
  readonly #loader: string;
  readonly #libraries: string;

  constructor(folder: string) {
    this.folder = folder;
    const places = ['lib64', 'lib', 'usr/lib64', 'usr/lib'].map((name) => join(folder, name));
    const loader = places
      .filter((place) => existsSync(place))
      .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
      .find((path) => /\/ld-linux-[^/]*\.so\.\d+$/u.test(path));
    if (loader === undefined) throw new PiError('PI_BUILD_FAILED', `no loader of programs in ${folder}`);
    this.#loader = loader;
    const triplets = ['lib', 'usr/lib'].flatMap((name) =>
      existsSync(join(folder, name))
        ? readdirSync(join(folder, name))
            .filter((each) => each.endsWith('-linux-gnu'))
            .map((each) => join(folder, name, each))
        : [],
    );
    this.#libraries = triplets.join(':');
  }

  /** What to start for a program, e.g. `usr/bin/dtc`, and its parameters. `name` is what it is told to be called. */
  command(
    program: string,
    parameters: readonly string[],
    name = program,
  ): { readonly program: string; readonly parameters: string[] } {
    return {
      program: this.#loader,
      parameters: ['--library-path', this.#libraries, '--argv0', name, this.#resolve(program), ...parameters],
    };
  }

  /** Runs a program to its end and gives its standard output. */
  run(program: string, parameters: readonly string[], name?: string): Buffer {
    const command = this.command(program, parameters, name);
    return runTool(command.program, command.parameters);
  }

  /**
   * The same for a program that starts others of this folder by itself, such as a compiler: they start through the loader
   * of this machine, which suits them, as they are of its own release.
   */
  runWithParts(program: string, parameters: readonly string[]): Buffer {
    return runTool(this.#resolve(program), parameters, { env: { LD_LIBRARY_PATH: this.#libraries } });
  }

  /** Links of packages are absolute: they are meant below this folder. */
  #resolve(program: string): string {
    try {
      const target = readlinkSync(join(this.folder, program));
      return target.startsWith('/') ? join(this.folder, target) : join(this.folder, program);
    } catch {
      return join(this.folder, program);
    }
  }
}
