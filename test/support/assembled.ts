// Not an entry of the package: tests of the repository may look inside.
export {
  type AssembledFunction,
  type AssembledModule,
  assembleModule,
  op,
  unsigned,
} from '#assemble-module';
