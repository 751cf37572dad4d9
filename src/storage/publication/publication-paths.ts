/** Where in the data folder everything lies that is published. */
import { join } from 'node:path';

/** The folder of everything that is published, inside the data folder. */
export function publicationFolder(folder: string): string {
  return join(folder, 'pki');
}

/** Where the snapshot lies; its presence means that something is published. */
export function publishedPath(folder: string): string {
  return join(publicationFolder(folder), 'published.snapshot');
}

export function crlFolder(folder: string): string {
  return join(publicationFolder(folder), 'crl');
}

export function statusFolder(folder: string): string {
  return join(publicationFolder(folder), 'status');
}
