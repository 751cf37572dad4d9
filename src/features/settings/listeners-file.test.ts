import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAdministrator as ada, openTemporaryStorage } from '../../../test/support/temporary-storage.ts';
import { parseServeArguments } from '../../supervisor.ts';
import { createSettings, writeListeners } from './settings.ts';

test('the next start listens where the settings say, unless a flag says otherwise', async (t) => {
  const { storage, clock, events } = await openTemporaryStorage(t);
  const { folder } = storage;
  const wish = (...flags: string[]) => {
    const { address, httpsPort, sipPort } = parseServeArguments([`--data=${folder}`, ...flags]);
    return [address, httpsPort, sipPort];
  };
  assert.deepEqual(wish(), ['::', 8443, 5061]);
  const settings = createSettings({ storage, clock, events });
  await settings.update(ada, { listeners: { address: '127.0.0.1', httpsPort: 9443 } }, 0);
  await writeListeners(folder, await settings.get());
  assert.deepEqual(wish(), ['127.0.0.1', 9443, 5061]);
  assert.deepEqual(wish('--https-port=0', '--address=::1'), ['::1', 0, 5061]);
});
