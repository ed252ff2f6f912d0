/** The permissions of a role: patterns of actions, in which `*` stands for any text. */
export interface RoleDefinition {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

const CONTAINERS = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const QUEUES = 'Microsoft.Storage/storageAccounts/queueServices/queues';
const TABLES = 'Microsoft.Storage/storageAccounts/tableServices/tables';
const KEYS = 'Microsoft.KeyVault/vaults/keys';
const DELEGATION = 'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action';

/** Ids of the built-in roles that infrastructure for the gateway may assign. */
export const ROLE_IDS = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  storageBlobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
  cognitiveServicesUser: 'a97b65f3-24c7-4388-baec-2e87135dc908',
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  monitoringReader: '43d0d8ad-25c7-4714-9337-8ba259a9fe05',
} as const;

/**
 * The definitions of these roles as Azure publishes them.
 * Sources: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/storage,
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security,
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning and
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor
 */
export const BUILT_IN_ROLES: ReadonlyMap<string, RoleDefinition> = new Map([
  [ROLE_IDS.storageBlobDataOwner, role([`${CONTAINERS}/*`, DELEGATION], [`${CONTAINERS}/blobs/*`])],
  [
    ROLE_IDS.storageBlobDataContributor,
    role(
      [`${CONTAINERS}/delete`, `${CONTAINERS}/read`, `${CONTAINERS}/write`, DELEGATION],
      ['delete', 'read', 'write', 'move/action', 'add/action'].map(
        (action) => `${CONTAINERS}/blobs/${action}`,
      ),
    ),
  ],
  [ROLE_IDS.storageBlobDataReader, role([`${CONTAINERS}/read`, DELEGATION], [`${CONTAINERS}/blobs/read`])],
  [
    ROLE_IDS.storageQueueDataContributor,
    role(
      ['delete', 'read', 'write'].map((action) => `${QUEUES}/${action}`),
      ['delete', 'read', 'write', 'process/action'].map((action) => `${QUEUES}/messages/${action}`),
    ),
  ],
  [
    ROLE_IDS.storageTableDataContributor,
    role(
      ['read', 'write', 'delete'].map((action) => `${TABLES}/${action}`),
      ['read', 'write', 'delete', 'add/action', 'update/action'].map(
        (action) => `${TABLES}/entities/${action}`,
      ),
    ),
  ],
  [
    ROLE_IDS.keyVaultCryptoUser,
    role(
      [],
      ['read', 'update/action', 'backup/action', 'encrypt/action', 'decrypt/action']
        .concat(['wrap/action', 'unwrap/action', 'sign/action', 'verify/action'])
        .map((action) => `${KEYS}/${action}`),
    ),
  ],
  [
    ROLE_IDS.cognitiveServicesUser,
    role(
      ['CognitiveServices/*/read', 'CognitiveServices/accounts/listkeys/action']
        .concat(['alertRules', 'diagnosticSettings', 'logDefinitions'].map((kind) => `Insights/${kind}/read`))
        .concat(['Insights/metricdefinitions/read', 'Insights/metrics/read'])
        .concat(['ResourceHealth/availabilityStatuses/read', 'Resources/deployments/operations/read'])
        .concat(['Resources/subscriptions/operationresults/read', 'Resources/subscriptions/read'])
        .concat(['Resources/subscriptions/resourceGroups/read', 'Support/*'])
        .map((action) => `Microsoft.${action}`),
      ['Microsoft.CognitiveServices/*'],
    ),
  ],
  [
    ROLE_IDS.monitoringMetricsPublisher,
    role(
      [
        'Microsoft.Insights/Register/Action',
        'Microsoft.Support/*',
        'Microsoft.Resources/subscriptions/resourceGroups/read',
      ],
      ['Microsoft.Insights/Metrics/Write', 'Microsoft.Insights/Telemetry/Write'],
    ),
  ],
  [
    ROLE_IDS.monitoringReader,
    role(['*/read', 'Microsoft.OperationalInsights/workspaces/search/action', 'Microsoft.Support/*'], []),
  ],
]);

/**
 * A custom role that reads blobs and creates new ones; it replaces and deletes none.
 * Source: https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-attributes#create-a-blob-or-snapshot-or-append-data
 */
export const BLOB_CREATOR = role([], [`${CONTAINERS}/blobs/read`, `${CONTAINERS}/blobs/add/action`]);

function role(actions: readonly string[], dataActions: readonly string[]): RoleDefinition {
  return { actions, notActions: [], dataActions, notDataActions: [] };
}
