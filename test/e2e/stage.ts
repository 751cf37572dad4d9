/** What these tests stand on: a gateway, a browser and a folder, there before the first test of a file and gone after the last. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { type GatewayOptions, startGateway, type TestGateway } from '../support/gateway.ts';
import { browserMissing, openBrowser, openPage, type PageOptions, type TestPage } from './browser.ts';
import { logIn, password } from './person.ts';

interface Visit extends PageOptions {
  readonly path?: string;
  readonly name?: string;
  readonly password?: string;
}

export interface Stage<T = unknown> {
  /** Why the tests cannot run here, or false. */
  readonly skip: false | string;
  readonly gateway: TestGateway;
  readonly folder: string;
  /** What `dress` made. */
  readonly made: T;
  /** A window at the gateway, with a profile of its own; it goes with the test, unsaved work or not. */
  open(t: TestContext, options?: PageOptions): Promise<TestPage>;
  /** The same, logged in, with a page of the gateway before it. */
  enter(t: TestContext, visit?: Visit): Promise<TestPage>;
}

/** To be called once, at the top of a test file; `dress` makes of the new gateway what all its tests need. */
export function raiseStage<T>(options: GatewayOptions = {}, dress?: (stage: Stage) => Promise<T>): Stage<T> {
  const skip = browserMissing();
  const started: { folder?: string; gateway?: TestGateway; browser?: Browser; made?: T } = {};
  const stage: Stage<T> = {
    skip,
    get gateway() {
      return there(started.gateway);
    },
    get folder() {
      return there(started.folder);
    },
    get made() {
      return there(started.made);
    },
    async open(t, page) {
      const opened = await openPage(there(started.browser), stage.gateway.url, page);
      t.after(() => opened.context.close());
      return opened;
    },
    async enter(t, { path = '/', name = 'admin', password: secret = password, ...page } = {}) {
      const opened = await stage.open(t, page);
      await opened.page.goto(path);
      await logIn(opened.page, name, secret);
      await opened.page.getByRole('heading', { level: 1 }).waitFor();
      return opened;
    },
  };
  // one after the other, so that what was started is known, and ended, even where the next fails to start
  before(async () => {
    if (skip) return;
    started.folder = await mkdtemp(join(tmpdir(), 'tollgate-e2e-'));
    started.gateway = await startGateway(options);
    started.browser = await openBrowser();
    started.made = await dress?.(stage);
  });
  after(async () => {
    await started.browser?.close();
    await started.gateway?.stop();
    if (started.folder) await rm(started.folder, { recursive: true, force: true });
  });
  return stage;
}

function there<T>(started: T | undefined): T {
  if (started === undefined) throw new Error('the stage stands only while tests run');
  return started;
}
