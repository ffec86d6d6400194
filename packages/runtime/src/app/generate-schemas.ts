import { mkdirSync, writeFileSync } from 'node:fs';
import { jsonSchemaFiles } from './json-schemas.ts';

// Writes the checked-in JSON Schemas again: `pnpm --filter @kanchi/runtime schemas`, after a build.
const folder = new URL('../../schema/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemaFiles())) {
  writeFileSync(new URL(name, folder), text);
}
