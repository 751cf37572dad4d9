/** Revocation reasons (RFC 5280 5.3.1): number in a CRL entry, bit in a distribution point, words. */
export interface ReasonName {
  readonly number: number;
  /** As typed values name it. */
  readonly name: string;
  readonly text: string;
}

export const reasonNames: readonly ReasonName[] = [
  { number: 0, name: 'unspecified', text: 'Unspecified' },
  { number: 1, name: 'keyCompromise', text: 'Key Compromise' },
  { number: 2, name: 'cACompromise', text: 'CA Compromise' },
  { number: 3, name: 'affiliationChanged', text: 'Affiliation Changed' },
  { number: 4, name: 'superseded', text: 'Superseded' },
  { number: 5, name: 'cessationOfOperation', text: 'Cessation Of Operation' },
  { number: 6, name: 'certificateHold', text: 'Certificate Hold' },
  { number: 8, name: 'removeFromCRL', text: 'Remove From CRL' },
  { number: 9, name: 'privilegeWithdrawn', text: 'Privilege Withdrawn' },
  { number: 10, name: 'aACompromise', text: 'AA Compromise' },
];

/** Words of the bits of ReasonFlags; bit 0 is unused. */
export const reasonFlagNames = [
  'Unused',
  'Key Compromise',
  'CA Compromise',
  'Affiliation Changed',
  'Superseded',
  'Cessation Of Operation',
  'Certificate Hold',
  'Privilege Withdrawn',
  'AA Compromise',
] as const;
