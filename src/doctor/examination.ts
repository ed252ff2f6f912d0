import type { EndpointAddress } from '../governance/endpoint-address.ts';
import type { GovernanceDocuments } from '../governance/governance.ts';
import type { SendProbe } from './send-probe.ts';

/** The settings of the function app that the doctor examines, by the names that `src/settings.ts` gives them. */
export interface DoctorSettings {
  readonly API_MANAGEMENT_ISSUER: string;
  readonly API_MANAGEMENT_JWKS_URI: string;
  readonly API_MANAGEMENT_AUDIENCE: string;
  readonly API_MANAGEMENT_OBJECT_ID: string;
  readonly GOOGLE_SUBJECT_TOKEN_RESOURCE: string;
  readonly GOOGLE_POOL_PROVIDER_AUDIENCE: string;
  readonly GOOGLE_STS_URL: string;
  readonly GOOGLE_SERVICE_ACCOUNT?: string | undefined;
  readonly GOOGLE_IAM_CREDENTIALS_URL: string;
  readonly AZURE_CLIENT_ID?: string | undefined;
  readonly VERTEX_ENDPOINT?: string | undefined;
  readonly APPLICATIONINSIGHTS_CONNECTION_STRING: string;
  readonly APPLICATIONINSIGHTS_APPLICATION_ID?: string | undefined;
  readonly APPLICATIONINSIGHTS_QUERY_ENDPOINT: string;
  readonly APPLICATIONINSIGHTS_QUERY_RESOURCE: string;
  readonly AUDIT_STORAGE_URL: string;
  readonly AUDIT_KEY_URL: string;
  readonly AUDIT_WITNESS_URL?: string | undefined;
}

/** The address that a call of Vertex AI goes to, and the host that is connected to for it. */
export interface VertexHost {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** The dependencies of an examination. */
export interface DoctorDependencies {
  /** The function app examines with its own identity, a developer with the rights of a person. */
  readonly sight: 'function-app' | 'developer';
  readonly settings: DoctorSettings;
  readonly documents: GovernanceDocuments;
  readonly policyVersion: string;
  readonly send: SendProbe;
  /** Gets a token for one of Azure's services. @throws when there is none. */
  readonly azureToken: (resource: string) => Promise<string>;
  /** Gets a person's own access token for Google. @throws when there is none. */
  readonly googleToken?: () => Promise<string>;
  readonly addressOf: (location: string, own: EndpointAddress | undefined) => VertexHost;
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** Tells the pattern of issuers that the certificate of a host must have; undefined for a host with no such rule. */
  readonly expectedIssuer?: (host: string) => RegExp | undefined;
}

/** The headers by which API Management describes itself on the question. */
export interface EdgeHeaders {
  /** The header Authorization, which holds API Management's own token. */
  readonly authorization: string | null;
  /** The named values, in the form of a query. */
  readonly namedValues: string | null;
  /** The product of the question. */
  readonly productId: string;
}
