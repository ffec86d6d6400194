import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const COMMAND_LIMIT_MS = 150_000;

function kanchi(...parameters: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('kanchi', parameters, {
    cwd: '/kanchi',
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
  });
  return { status, stdout, stderr };
}

describe('the kanchi command on Linux for arm64', () => {
  it('runs an example in virtual time with the output that it has everywhere', () => {
    const expected = readFileSync('/kanchi/examples/hello-world/expected.txt', 'utf8');
    const result = kanchi('run', 'examples/hello-world', '--execution', 'inline', '--quiet');
    expect(result).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  it('runs an app in a thread of its own, with mock hardware in another', () => {
    const result = kanchi('run', 'examples/hello-world', '--backend', 'mock');
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('Hello world!\n') });
  });
});
