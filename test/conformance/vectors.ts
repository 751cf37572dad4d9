/** Where outside test vectors lie. They are read from there and never copied into the project. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of vectors: `TOLLGATE_VECTORS`, or its default beside the project. */
export const vectorsFolder = process.env['TOLLGATE_VECTORS'] ?? '../shared/conformance';

/** Why suites of outside vectors are skipped, or false when the folder is there. */
export function withoutVectors(): false | string {
  if (existsSync(vectorsFolder)) return false;
  return `no test vectors in ${vectorsFolder}: set TOLLGATE_VECTORS to a folder with x509-limbo, PKITS, BoringSSL, OpenSSL and Wycheproof vectors (docs/conformance.md says how to get them)`;
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

export function readBytes(...parts: readonly string[]): Uint8Array {
  return readFileSync(join(...parts));
}

export function base64(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
