import type { AzureAiResource } from './azure-ai-services/start-azure-ai-services.ts';
import type { RoleAssignment } from './azure-rbac/role-assignments.ts';
import type { ApiRegistration } from './entra/api-registration.ts';
import type { ServicePrincipal } from './entra/sample-applications.ts';
import type { IamConfiguration } from './google/iam-policies.ts';
import type { PoolProvider } from './google/subject-token.ts';
import type { ModelArmorTemplate } from './model-armor/sample-templates.ts';

/** A user-assigned managed identity. */
export interface IdentityResource extends ServicePrincipal {
  /** The resource id, `/subscriptions/…`. */
  readonly resourceId: string;
}

/** A storage account with the containers that it is deployed with. */
export interface StorageResource {
  readonly name: string;
  readonly resourceId: string;
  readonly containers: readonly string[];
}

/**
 * The deployment in both clouds: resources, rights and settings, all as the clouds have them.
 * Addresses are those of the clouds. The chain replaces them by those on this machine.
 */
export interface CloudResources {
  readonly tenantId: string;
  /** Registrations in Entra ID: the gateway’s, the function app’s, and that of the federation with Google. */
  readonly registrations: {
    readonly gateway: ApiRegistration;
    readonly functions: ApiRegistration;
    readonly federation: ApiRegistration;
  };
  readonly identities: { readonly edge: IdentityResource; readonly functionApp: IdentityResource };
  readonly roleAssignments: readonly RoleAssignment[];
  readonly storageAccounts: readonly StorageResource[];
  readonly vault: { readonly name: string; readonly resourceId: string; readonly keys: readonly string[] };
  /** Resources of Azure AI services that inspect content. */
  readonly aiServices: readonly AzureAiResource[];
  readonly insights: {
    readonly resourceId: string;
    readonly instrumentationKey: string;
    readonly applicationId: string;
    /** Address of ingestion, as the connection string has it. */
    readonly ingestionEndpoint: string;
    readonly disableLocalAuth: boolean;
  };
  readonly google: {
    readonly poolProvider: PoolProvider;
    readonly iam: IamConfiguration;
    readonly modelArmorTemplates: readonly ModelArmorTemplate[];
  };
  /** Settings of the function app. */
  readonly settings: Readonly<Record<string, string>>;
  readonly edge: {
    /** Folder of the artifacts of API Management; `apim` in the folder of the product when left out. */
    readonly directory?: string;
    /** Named values by name. The gateway’s own addresses need not be among them. */
    readonly namedValues: Readonly<Record<string, string>>;
    /** The address of the function app. */
    readonly functionAppUrl: string;
  };
}
