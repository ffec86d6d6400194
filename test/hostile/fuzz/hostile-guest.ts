import { type LoadedModule, loadModule } from '@kanchi/runtime';
import { assembleModule, op } from '#assemble-module';
import { hostFunctions } from './host-functions.ts';

const entries = Object.entries(hostFunctions);

/**
 * A guest with one export for each import, which calls it with its own parameters: whoever has the exports makes every call
 * through the linker and the guards, with the conversions of the engine.
 */
export const hostileGuest: LoadedModule = loadModule(
  assembleModule({
    imports: entries.map(([name, { type }]) => {
      const at = name.indexOf('.');
      return { module: name.slice(0, at), name: name.slice(at + 1), type };
    }),
    functions: [
      ...entries.map(([name, { type }]) => ({
        exports: [name],
        type,
        body: (call: (name: string) => readonly number[]) => [
          ...Array.from({ length: type.indexOf(')') - 1 }, (_, index) => op.local(index)),
          call(name),
        ],
      })),
      { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
    ],
  }),
  { source: 'hostile guest', maximumPages: 2 },
);
