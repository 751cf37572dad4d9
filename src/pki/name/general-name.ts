import type { DistinguishedName } from './distinguished-name.ts';

export type GeneralName =
  | { readonly kind: 'dns'; readonly value: string }
  | { readonly kind: 'email'; readonly value: string }
  | { readonly kind: 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array; readonly text: string }
  | { readonly kind: 'directory'; readonly name: DistinguishedName }
  | { readonly kind: 'registered-id'; readonly oid: string }
  | {
      readonly kind: 'other';
      readonly oid: string;
      /** The value's DER, inside the explicit tag. */
      readonly value: Uint8Array;
      /** The text when the value is one string (SRVName, XmppAddr, user principal name). */
      readonly text?: string;
    }
  | { readonly kind: 'x400'; readonly der: Uint8Array }
  | { readonly kind: 'edi-party'; readonly der: Uint8Array };
