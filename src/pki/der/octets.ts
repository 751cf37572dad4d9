/** Views on octets without a copy. */

/** The octets from one offset to another; quicker than `subarray`, which asks for the class first. */
export function octetsAt(octets: Uint8Array, start: number, stop: number): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset + start, stop - start);
}
