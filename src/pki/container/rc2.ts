/**
 * RC2-CBC decryption (RFC 2268), for certificates inside old PKCS#12 files: Windows and OpenSSL before 3.0 wrote them
 * with a 40-bit key. It hides nothing from anyone and is never used to write.
 */

/** Decrypts and removes the padding (RFC 8018 6.1.1); the effective key length is that of the key. Throws on bad padding. */
export function decryptRc2(key: Uint8Array, iv: Uint8Array, content: Uint8Array): Uint8Array {
  if (content.length === 0 || content.length % 8 !== 0) throw new RangeError('not whole blocks');
  const words = expandKey(key);
  const out = new Uint8Array(content.length);
  for (let at = 0; at < content.length; at += 8) {
    const previous = at === 0 ? iv : content.subarray(at - 8, at);
    const block = decryptBlock(words, content.subarray(at, at + 8));
    for (let i = 0; i < 8; i++) out[at + i] = block[i]! ^ previous[i]!;
  }
  const padding = out.at(-1)!;
  if (padding < 1 || padding > 8 || out.subarray(-padding).some((octet) => octet !== padding)) {
    throw new RangeError('bad padding');
  }
  return out.subarray(0, -padding);
}

/** RFC 2268 section 2. */
function expandKey(key: Uint8Array): Uint16Array {
  const bytes = new Uint8Array(128);
  bytes.set(key);
  for (let i = key.length; i < 128; i++) bytes[i] = piTable[(bytes[i - 1]! + bytes[i - key.length]!) & 0xff]!;
  bytes[128 - key.length] = piTable[bytes[128 - key.length]!]!;
  for (let i = 127 - key.length; i >= 0; i--) bytes[i] = piTable[bytes[i + 1]! ^ bytes[i + key.length]!]!;
  return Uint16Array.from({ length: 64 }, (_, i) => bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
}

/** RFC 2268 section 4: five, six and five mixing rounds backwards, a mashing round between them. */
function decryptBlock(key: Uint16Array, block: Uint8Array): Uint8Array {
  const r = Uint16Array.from({ length: 4 }, (_, i) => block[2 * i]! | (block[2 * i + 1]! << 8));
  const shifts = [1, 2, 3, 5];
  for (let round = 15; round >= 0; round--) {
    for (let i = 3; i >= 0; i--) {
      const shift = shifts[i]!;
      const value = r[i]!;
      const rotated = (value >>> shift) | (value << (16 - shift));
      const a = r[(i + 3) & 3]!;
      r[i] = rotated - key[round * 4 + i]! - (a & r[(i + 2) & 3]!) - (~a & r[(i + 1) & 3]!);
    }
    if (round === 11 || round === 5) for (let i = 3; i >= 0; i--) r[i]! -= key[r[(i + 3) & 3]! & 63]!;
  }
  return Uint8Array.from({ length: 8 }, (_, i) => r[i >> 1]! >> (8 * (i & 1)));
}

/** PITABLE of RFC 2268 section 2, 256 octets in hexadecimal. */
const piTable = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);
