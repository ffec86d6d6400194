import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attributeType } from '../wamr-framework/attribute-container.ts';
import * as frameworkLimits from '../wamr-framework/limits.ts';
import { refusalText } from './applet-reply.ts';
import * as hostLimits from './limits.ts';

const page = readFileSync(new URL('../../../../docs/host-api/wamr-messages.md', import.meta.url), 'utf8');
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

describe('docs/host-api/wamr-messages.md', () => {
  it('states every limit of packets, apps and hosts', () => {
    const rows = [...section('Limits').matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gmu)];
    expect(Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]))).toEqual({
      ...frameworkLimits,
      ...hostLimits,
    });
  });

  it('states every text of a refusal', () => {
    const rows = [...section('Hosts').matchAll(/^\| `([A-Z][^`]+)` \| .+ \|$/gmu)].map(([, text]) => text);
    expect(new Set(rows)).toEqual(new Set<string>(Object.values(refusalText)));
  });

  it('states every type of an attribute', () => {
    const rows = [...section('Attribute containers').matchAll(/^\| (\d[\d, ]*) \|/gmu)];
    const numbers = rows.flatMap(([, cell = '']) => cell.split(', ').map(Number));
    expect(numbers).toEqual(Object.values(attributeType));
  });
});
