/**
 * Opens one PKCS#12 file and ends: a process of its own, because the file decides how much work opening it is. It has
 * no environment, may read no file but the program's, and is killed by its parent when it takes too long.
 */
import { readPkcs12 } from '../../pki/container/pkcs12.ts';
import type { Pkcs12Question } from './pkcs12-process.ts';

process.once('message', (question: Pkcs12Question) => {
  process.send?.(readPkcs12(question.file, question.password), () => process.disconnect());
});

process.send?.('ready');
