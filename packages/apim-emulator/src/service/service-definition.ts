import type { PolicyElement } from '../documents/policy-element.ts';
import type { OperationContract } from '../engine/operation-contract.ts';
import type { McpServerDefinition } from '../mcp/mcp-server-definition.ts';
import type { DiagnosticDefinition } from './read-diagnostic.ts';

/** One API Management service, as its folder describes it. */
export interface ServiceDefinition {
  /** The root element of the global policy document; undefined where there is none. */
  readonly policy: PolicyElement | undefined;
  readonly apis: readonly ApiDefinition[];
  readonly products: readonly ProductDefinition[];
  readonly fragments: ReadonlyMap<string, PolicyElement>;
  readonly backends: readonly BackendDocument[];
  readonly namedValues: ReadonlyMap<string, string>;
  /** Names of those that are marked as secret, with or without a value here. */
  readonly secretNamedValues: ReadonlySet<string>;
  /** The telemetry of requests for Application Insights; undefined where there is no such diagnostic. */
  readonly diagnostic: DiagnosticDefinition | undefined;
}

/** A backend entity as its file has it: named values not yet in place, nothing checked. */
export interface BackendDocument {
  readonly id: string;
  readonly file: string;
  readonly properties: unknown;
}

/** An API with its operations and policies. */
export interface ApiDefinition {
  readonly id: string;
  readonly displayName: string;
  /** The path of the API, without slashes around it. */
  readonly path: string;
  readonly serviceUrl: string | undefined;
  readonly subscriptionRequired: boolean;
  readonly keyNames: { readonly header: string; readonly query: string };
  readonly revision: string;
  readonly policy: PolicyElement | undefined;
  readonly operations: readonly OperationDefinition[];
  /** The tools of an MCP server; undefined for every other API. */
  readonly mcpServer?: McpServerDefinition;
}

/** An operation of an API. */
export interface OperationDefinition {
  readonly id: string;
  readonly displayName: string;
  readonly method: string;
  readonly urlTemplate: string;
  readonly policy: PolicyElement | undefined;
  readonly contract: OperationContract;
}

/** A product, with the APIs that it contains. */
export interface ProductDefinition {
  readonly id: string;
  readonly displayName: string;
  /** False for an open product: calls of its APIs that have no key belong to it. */
  readonly subscriptionRequired: boolean;
  readonly approvalRequired: boolean;
  readonly isPublished: boolean;
  /** The number of subscriptions that one user may have; null for no limit. */
  readonly subscriptionLimit: number | null;
  /** The ids of the groups that may see it. */
  readonly groups: readonly string[];
  readonly apis: readonly string[];
  /** The same, as far as they are there. */
  readonly apiDefinitions: readonly ApiDefinition[];
  readonly policy: PolicyElement | undefined;
}

/** Thrown at start for a folder that API Management, or this emulator, wouldn't accept. */
export class ServiceDefinitionError extends Error {
  readonly file: string;

  /** @param place where in the file, if that is known. */
  constructor(file: string, problem: string, place?: { readonly line: number; readonly column: number }) {
    super(place ? `${file}:${place.line}:${place.column} ${problem}` : `${file}: ${problem}`);
    this.name = 'ServiceDefinitionError';
    this.file = file;
  }
}
