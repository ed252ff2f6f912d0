/** The longest delay of Node's timers, some 25 days. */
const NEVER_IN_MS = 2 ** 31 - 1;

/**
 * Turns Azurite's collection of unused data off, for the servers that start afterwards. Each ten minutes it deletes the
 * data that no blob refers to any more, piece by piece, and each deletion sorts all pieces anew: 0.1 s with 10,000 of
 * them, in which no request is answered. No option of Azurite turns it off.
 * Source: https://github.com/Azure/Azurite/blob/main/src/blob/gc/BlobGCManager.ts
 * @param load `require` of a module that finds Azurite.
 */
export function turnCollectionOff(load: (id: string) => unknown): void {
  const constants = load('azurite/dist/src/blob/utils/constants.js') as { DEFAULT_GC_INTERVAL_MS: number };
  if (typeof constants.DEFAULT_GC_INTERVAL_MS !== 'number')
    throw new Error('This version of Azurite keeps the interval of its collection elsewhere.');
  constants.DEFAULT_GC_INTERVAL_MS = NEVER_IN_MS;
}
