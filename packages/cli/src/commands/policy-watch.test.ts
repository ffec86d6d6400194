import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Narrowed } from '@kanchi/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PolicyWatch, watchPolicy } from './policy-watch.ts';

let folder: string;
let watched: PolicyWatch | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-policy-'));
});
afterEach(() => {
  watched?.close();
  rmSync(folder, { recursive: true });
});

/** Watches a policy over apps that are narrowed as told; `told` is all that was said and noted, in its order. */
function watchOver(apps: Readonly<Record<string, () => Narrowed>>): { reload: () => void; told: string[] } {
  const file = join(folder, 'policy.json');
  writeFileSync(file, '{"kanchi":1,"apps":{}}');
  const told: string[] = [];
  watched = watchPolicy({
    file,
    apps: () => Object.entries(apps).map(([appName, narrow]) => ({ appName, narrow })),
    tell: (line) => told.push(line.replace(/^\S*policy\.json/u, 'policy.json')),
    onRevoked: (appName, targets) => told.push(`revoked ${targets.join(', ')} from ${appName}`),
    wallMs: () => 0,
  });
  return { reload: () => watched?.reload(), told };
}

describe('a policy that is read again', () => {
  it('notes what it takes before the app can be refused, and tells when what was open is closed', async () => {
    let finish = (): void => {};
    const closed = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { reload, told } = watchOver({ lamp: () => ({ targets: ['gpio:lamp'], closed }) });
    reload();
    expect(told).toEqual(['revoked gpio:lamp from lamp']);
    finish();
    await expect
      .poll(() => told.slice(1))
      .toEqual([
        'policy.json took something of gpio:lamp from lamp: what was open is closed, outputs are at their safe levels',
      ]);
  });

  it('says that it took something also where what was open cannot be closed', async () => {
    const closed = Promise.reject(Object.assign(new Error('line 17: EIO'), { code: 'HAL_IO' }));
    const { reload, told } = watchOver({ lamp: () => ({ targets: ['gpio:lamp'], closed }) });
    reload();
    await expect
      .poll(() => told)
      .toEqual([
        'revoked gpio:lamp from lamp',
        'policy.json took something of gpio:lamp from lamp; what was open could not all be closed: HAL_IO: line 17: EIO',
      ]);
  });

  it('goes on to the next app when one cannot be narrowed by it', async () => {
    const { reload, told } = watchOver({
      first: () => {
        throw Object.assign(new Error('no such line'), { code: 'KANCHI_POLICY_INVALID' });
      },
      second: () => ({ targets: ['sensor:air'], closed: Promise.resolve() }),
    });
    reload();
    await expect
      .poll(() => told)
      .toEqual([
        'revoked sensor:air from second',
        'KANCHI_POLICY_INVALID: no such line; what was allowed before still is',
        'policy.json took something of sensor:air from second: what was open is closed, outputs are at their safe levels',
      ]);
  });

  it('says when it takes nothing, and when there is no app', async () => {
    const { reload, told } = watchOver({ lamp: () => ({ targets: [], closed: Promise.resolve() }) });
    reload();
    await expect
      .poll(() => told)
      .toEqual([
        'policy.json read again: it takes nothing from lamp; more than before it gets when it is started again',
      ]);
    watched?.close();
    const empty = watchOver({});
    empty.reload();
    expect(empty.told).toEqual(['policy.json read again: it holds for apps that start']);
  });

  it('says nothing more once it is closed', () => {
    const { reload, told } = watchOver({
      lamp: () => ({ targets: ['gpio:lamp'], closed: Promise.resolve() }),
    });
    watched?.close();
    reload();
    expect(told).toEqual([]);
  });
});
