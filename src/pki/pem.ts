import type { Result } from '../lib/result.ts';
import type { PkiError } from './pki-error.ts';

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
  readonly offset: number;
  readonly headers: readonly string[];
}

export interface PemLimits {
  readonly maxBytes?: number;
  readonly maxBlocks?: number;
}

export function decodePem(_text: Uint8Array | string, _limits: PemLimits = {}): Result<readonly PemBlock[], PkiError> {
  throw new Error('being written');
}

export function encodePem(_label: string, _der: Uint8Array): string {
  throw new Error('being written');
}
