import type { Schema } from '../engine/operation-contract.ts';
import type { ApiDefinition, OperationDefinition } from '../service/service-definition.ts';

/** An MCP server: operations of APIs that agents call as tools. */
export interface McpServerDefinition {
  readonly id: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly tools: readonly ToolDefinition[];
}

/** One operation under the name and the description that agents read. */
export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly api: ApiDefinition;
  readonly operation: OperationDefinition;
  /** The JSON Schema of the arguments. */
  readonly inputSchema: Schema;
}
