import { expect, it } from 'vitest';
import { readRepositoryFile } from '../support/repository.ts';

it('shows in the page on testing an app the test that runs', () => {
  const shown = /```ts\n([\s\S]*?)```/u.exec(readRepositoryFile('docs/how-to/test-an-app.md'))?.[1];
  expect(shown).toBe(readRepositoryFile('test/how-to/test-an-app.test.ts'));
});
