import { describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import { mainModule } from './app-folder.ts';
import { app, lamp, refused, run } from './refused.ts';

describe('an app that breaks', () => {
  const log = { module: 'kanchi_log', name: 'write', type: '(iii)i' };
  const trap = (title: string, module: Uint8Array, says: readonly string[]) => {
    for (const execution of ['worker', 'inline']) {
      refused(`${title} (${execution})`, {
        files: app(module),
        run: ['@', '--execution', execution],
        code: 'KANCHI_TRAP',
        exitCode: 70,
        says: ['app "station" trapped', ...says, 'safe levels', '--debug'],
      });
    }
  };

  trap(
    'unreachable',
    mainModule(() => [op.unreachable]),
    ['unreachable'],
  );
  trap(
    'out of bounds',
    mainModule(() => [op.i32(-16), op.load32, op.drop]),
    ['memory access out of bounds'],
  );
  // Function 0 is main itself.
  trap(
    'stack overflow',
    mainModule(() => [[0x10, 0], op.drop]),
    ['stack overflow'],
  );
  trap(
    'a bad pointer for a host call',
    mainModule((call) => [op.i32(2), op.i32(-16), op.i32(64), call('kanchi_log.write'), op.drop], [log]),
    ['kanchi_log.write', '64 bytes at 0xfffffff0', 'memory has 65536'],
  );
  trap(
    'a call of an unknown import',
    mainModule((call) => [call('env.nobody')], [{ module: 'env', name: 'nobody', type: '()' }]),
    ['env.nobody', 'unlinked import', 'this host has no such function'],
  );
  trap(
    'a call of an unknown import whose name would make lines of its own',
    mainModule(
      (call) => [call('env.a\nkanchi: all is well')],
      [{ module: 'env', name: 'a\nkanchi: all is well', type: '()' }],
    ),
    [String.raw`env.a\u000akanchi: all is well: `],
  );

  refused('by an error of on_init', {
    files: app(
      assembleModule({ functions: [{ exports: ['on_init'], type: '()i', body: () => [op.i32(-8)] }] }),
    ),
    code: 'KANCHI_INIT_FAILED',
    exitCode: 1,
    says: ['app "station"', 'on_init returned -8 (no-acknowledge-address)'],
  });
  refused('by not ending when it is asked to', {
    files: app(mainModule(() => [op.loop, op.branch(0), op.end])),
    run: ['@', '--seconds', '0.1'],
    code: 'KANCHI_TERMINATED',
    exitCode: 71,
    says: ['app "station"', 'did not stop within 1000 ms', 'return from main'],
  });

  it.concurrent('shows a stack trace with --debug, of the guest and of errors before it runs', async () => {
    const trapped = await run({ files: app(mainModule(() => [op.unreachable])), run: ['@', '--debug'] });
    expect(trapped.stderr).toMatch(/^kanchi: KANCHI_TRAP: .*\n(?:.*\n)+ +at .*wasm/u);
    expect(trapped.status).toBe(70);
    const missing = await run({ run: ['@/nothing.wasm', '--debug'] });
    expect(missing.stderr).toMatch(/^kanchi: KANCHI_FILE_NOT_FOUND: .*\n(?:.*\n)+ +at /u);
  });
});

describe('what is no error of the run', () => {
  it.concurrent('a refused call that the app handles: told once, with the line to add; an exit code of 0 becomes 7', async () => {
    const { status, stderr } = await run({
      files: app(
        // Twice the same.
        mainModule(
          (call) =>
            [1, 2].flatMap(() => [op.i32(16), op.i32(4), op.i32(3), call('kanchi_gpio.open'), op.drop]),
          [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
        ),
        {},
        { lines: { lamp } },
      ),
    });
    expect(stderr).toBe(
      'kanchi: KANCHI_DENIED: app "station": kanchi_gpio.open refused: line "lamp": no "gpio" permission for this line; ' +
        'add to "permissions" in app.json: {"kind":"gpio","line":"lamp","actions":["write"]}\n',
    );
    expect(status).toBe(7);
  });

  const i2cRead = [
    { module: 'kanchi_i2c', name: 'open', type: '(ii)i' },
    { module: 'kanchi_i2c', name: 'read', type: '(iii)i' },
  ];
  const nobodyThere = {
    permissions: [{ kind: 'i2c', device: 'environment', actions: ['read'] }],
  };
  const wiring = { i2c: { devices: { environment: { bus: 1, address: '0x76' } } } };

  it.concurrent('no acknowledge: the app gets the number and its own exit code counts', async () => {
    const module = assembleModule({
      imports: i2cRead,
      functions: [
        {
          exports: ['main'],
          type: '()i',
          body: (call) => [
            op.i32(32),
            op.i32(11),
            call('kanchi_i2c.open'),
            op.i32(64),
            op.i32(1),
            call('kanchi_i2c.read'),
          ],
        },
      ],
      data: { 32: 'environment' },
    });
    const { status, stderr } = await run({ files: app(module, nobodyThere, wiring) });
    expect(stderr).toBe('');
    // -8, no-acknowledge-address, as a byte.
    expect(status).toBe(248);
  });

  refused('but an app that cannot go on says so: the line names what failed', {
    files: app(
      assembleModule({
        imports: i2cRead,
        functions: [
          {
            exports: ['on_init'],
            type: '()i',
            body: (call) => [
              op.i32(32),
              op.i32(11),
              call('kanchi_i2c.open'),
              op.i32(64),
              op.i32(1),
              call('kanchi_i2c.read'),
            ],
          },
        ],
        data: { 32: 'environment' },
      }),
      nobodyThere,
      wiring,
    ),
    code: 'KANCHI_INIT_FAILED',
    exitCode: 1,
    says: ['app "station"', '-8 (no-acknowledge-address)', 'kanchi_i2c.read', 'environment', '0x76'],
  });

  it.concurrent('an exit code that the app chose: no line', async () => {
    const { status, stderr } = await run({
      files: app(
        assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(3)] }] }),
      ),
    });
    expect(stderr).toBe('');
    expect(status).toBe(3);
  });
});
