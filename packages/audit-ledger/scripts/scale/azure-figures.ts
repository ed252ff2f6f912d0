/** A figure of Azure, with the page that has it. */
export interface AzureFigure {
  readonly value: number;
  readonly page: string;
}

const LEARN = 'https://learn.microsoft.com';
const STORAGE_PRICES =
  'https://github.com/api-evangelist/microsoft-azure-blob-storage/blob/main/plans/microsoft-azure-blob-storage-plans-pricing.yml';

/** The limits of Azure that the audit trail can reach. They are defaults, most of which support raises. */
export const LIMITS = {
  /** Requests a second to a general-purpose v2 account; 40,000 in some regions. */
  accountRequests: {
    value: 20_000,
    page: `${LEARN}/azure/storage/common/scalability-targets-standard-account`,
  },
  /** Bytes of an account: 5 PiB. */
  accountBytes: {
    value: 5 * 1024 ** 5,
    page: `${LEARN}/azure/storage/common/scalability-targets-standard-account`,
  },
  /** Blocks of an append blob. */
  blocks: { value: 50_000, page: `${LEARN}/azure/storage/blobs/scalability-targets` },
  /** Blobs of one answer to a list. */
  listed: { value: 5_000, page: `${LEARN}/rest/api/storageservices/enumerating-blob-resources` },
  /** Uses of an RSA key of 3,072 bits in 10 s, by a vault in a region, where software keeps the key. */
  softwareKey: { value: 1_000, page: `${LEARN}/azure/key-vault/general/service-limits` },
  /** The same where a hardware security module keeps the key, as the Bicep files have it in the premium tier. */
  hardwareKey: { value: 500, page: `${LEARN}/azure/key-vault/general/service-limits` },
  /** Telemetry items a second to one resource, measured over a minute. */
  telemetryItems: { value: 32_000, page: `${LEARN}/azure/azure-monitor/service-limits#application-insights` },
  /** Bytes a day of one resource, unless raised. */
  telemetryDay: { value: 100e9, page: `${LEARN}/azure/azure-monitor/service-limits#application-insights` },
  /** Bytes a minute into one workspace, about, uncompressed. */
  workspaceMinute: {
    value: 6e9,
    page: `${LEARN}/azure/azure-monitor/service-limits#data-ingestion-volume-rate`,
  },
  /** Queries of one user in 30 s. */
  queries: { value: 200, page: `${LEARN}/azure/azure-monitor/service-limits#la-query-api` },
  /** Instances of one app on Flex Consumption. */
  instances: { value: 1_000, page: `${LEARN}/azure/azure-functions/flex-consumption-plan` },
} as const satisfies Record<string, AzureFigure>;

/**
 * List prices in dollars, of locally redundant hot storage in East US and of logs as they are paid for by use. They are of
 * pages of third parties that copied them in 2026.
 */
export const PRICES = {
  millionWrites: { value: 5.5, text: '$0.055 for 10,000', page: STORAGE_PRICES },
  millionReads: { value: 0.44, text: '$0.0044 for 10,000', page: STORAGE_PRICES },
  storedGigabyteMonth: { value: 0.018, text: '$0.018 for a GB and month', page: STORAGE_PRICES },
  loggedGigabyte: {
    value: 2.3,
    text: '$2.30 for a GB',
    page: 'https://monitoringcost.com/azure-monitor-cost',
  },
} as const satisfies Record<string, AzureFigure & { readonly text: string }>;

/** Writes a figure as a link to its page. */
export function linked({ page }: AzureFigure, text: string): string {
  return `[${text}](${page})`;
}
