/** The bounds of the trusted CA list. */

/** The most certificates the list holds; CRLs do not count. */
export const maximumCertificates = 1000;
/** The most octets all certificates of the list may have together. */
export const maximumBytes = 8 * 1024 * 1024;
/** The most embedded CRLs, and the octets they may have together. */
export const maximumCrls = 1000;
export const maximumCrlBytes = 64 * 1024 * 1024;
/** What must be typed before the last certificate of the list is deleted. */
export const deleteAllConfirmation = 'delete all';
