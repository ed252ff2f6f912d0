/**
 * The container of the ledger, whose append blobs are the chains.
 * @param accountUrl `https://{account}.blob.core.windows.net`
 */
export function ledgerUrl(accountUrl: string): string {
  return `${accountUrl.replace(/\/$/, '')}/audit-ledger`;
}
