/** What the supervisor and the serving process say to each other. */
import type { LogLevel } from '../lib/log.ts';
import type { SiteCounts } from './site.ts';

/** The first and only message: the process ends by itself when the channel closes. The port is descriptor 4. */
export interface PublishStart {
  readonly type: 'start';
  /** The data folder, absolute. */
  readonly folder: string;
  /** Opens the snapshot; hexadecimal. */
  readonly key: string;
  readonly logLevel: LogLevel;
}

/** Said when it serves, when what it serves changed, and every ten seconds. */
export interface PublishReport {
  readonly type: 'serving';
  /** Of the snapshot; 0 while none could be loaded. */
  readonly serial: number;
  readonly open: number;
  /** Connections refused because a cap was reached. */
  readonly refused: number;
  readonly counts: SiteCounts;
}
