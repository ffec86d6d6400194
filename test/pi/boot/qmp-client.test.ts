import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { QmpClient } from './qmp-client.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A client, and a far end that answers each line with what `answer` gives. */
async function clientOf(answer: (line: string, far: Socket) => void): Promise<QmpClient> {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-qmp-'));
  const path = join(folder, 'qmp');
  const server = createServer((far) => {
    far.write('{"QMP": {"version": {}, "capabilities": []}}\r\n');
    far.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.trim().split('\n')) answer(line, far);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  const socket = connect(path);
  await once(socket, 'connect');
  const client = new QmpClient(socket);
  closing.push(() => {
    client.close();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return client;
}

describe('QMP client', () => {
  it('gives each command the answer of its id, whatever order they come in and however they are cut', async () => {
    const lines: string[] = [];
    const client = await clientOf((line, far) => {
      lines.push(line);
      if (lines.length < 2) return;
      far.write('{"event": "RTC_CHANGE", "data": {}}\n{"id": 2, "ret');
      far.write('urn": "second"}\n{"id": 1, "return": "first"}\n');
    });
    const answers = [client.execute('query-status'), client.execute('qom-set', { value: 36_500 })];
    expect(await Promise.all(answers)).toEqual(['first', 'second']);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { execute: 'query-status', arguments: {}, id: 1 },
      { execute: 'qom-set', arguments: { value: 36_500 }, id: 2 },
    ]);
  });

  it('says in QEMU’s words why a command was refused', async () => {
    const client = await clientOf((_line, far) => {
      far.write('{"id": 1, "error": {"class": "GenericError", "desc": "no such property"}}\n');
    });
    await expect(client.execute('qom-set')).rejects.toMatchObject({
      code: 'PI_QMP_FAILED',
      message: expect.stringContaining('no such property'),
    });
  });

  it('fails what is unanswered when QEMU ends, and everything after', async () => {
    const client = await clientOf((_line, far) => far.destroy());
    await expect(client.execute('stop')).rejects.toMatchObject({ code: 'PI_QMP_FAILED' });
    await expect(client.execute('cont')).rejects.toMatchObject({ code: 'PI_QMP_FAILED' });
  });
});
