/** Names of extensions for people, as far as a refusal may speak of them. */
export const extensionNames: ReadonlyMap<string, string> = new Map([
  ['2.5.29.14', 'subject key identifier'],
  ['2.5.29.35', 'authority key identifier'],
  ['2.5.29.16', 'private key usage period'],
  ['2.5.29.46', 'freshest CRL'],
  ['2.5.29.54', 'inhibit anyPolicy'],
  ['1.3.6.1.5.5.7.1.1', 'authority information access'],
  ['1.3.6.1.5.5.7.1.11', 'subject information access'],
  ['1.3.6.1.5.5.7.1.14', 'proxy certificate information'],
  ['1.3.6.1.4.1.311.21.10', 'Microsoft application policies'],
  ['1.3.6.1.4.1.11129.2.4.3', 'certificate transparency poison'],
]);
