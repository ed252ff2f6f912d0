import type { z } from 'zod';
import type { JsonSchema } from './name-schemas.ts';

/** An API of API Management, as its OpenAPI document describes it. */
export interface Surface {
  /** The name of its folder below `apim/apis`, and of its path on the gateway. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** The parameters of its paths, by name. */
  readonly pathParameters: Readonly<Record<string, PathParameter>>;
  readonly failures: Failures;
  /** The named schemas of the document. */
  readonly components: z.core.$ZodRegistry<{ id: string }>;
  readonly operations: readonly Operation[];
}

/** A heading under which a document groups operations. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

interface PathParameter {
  readonly description: string;
  readonly example: string;
  /** The only values that are accepted; when left out, any. */
  readonly enum?: readonly string[];
}

/** A parameter that callers may leave out. API Management would make a required one part of the path. */
export interface OptionalParameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly description: string;
  /** The schema: a simple type, not a named one. */
  readonly schema: JsonSchema;
  readonly example: string | number;
}

/** An operation of a surface, as its document describes it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  /** An id in kebab-case that never changes: the operation's resource name, and the folder of its policies. */
  readonly operationId: string;
  /** The display name. */
  readonly summary: string;
  readonly description: string;
  readonly tag: string;
  /** Examples of path parameters that differ from those of the surface. */
  readonly pathExamples?: Readonly<Record<string, string>>;
  readonly parameters?: readonly OptionalParameter[];
  readonly request?: Body & { readonly description: string };
  readonly answer: {
    readonly description: string;
    /** Bodies by media type. */
    readonly content: Readonly<Record<string, Body>>;
  };
  /** HTTP statuses of the failures that can occur. */
  readonly failures: readonly FailureStatus[];
  /** False for an operation that the gateway authorizes and then refuses with 501. */
  readonly isServed?: false;
}

interface Body {
  /** One of the surface's components. */
  readonly schema: z.ZodType;
  readonly example: unknown;
}

/** The form of failures on a surface. */
export interface Failures {
  readonly mediaType: string;
  /** One of the surface's components. */
  readonly schema: z.ZodType;
  readonly example: (failure: Failure) => unknown;
}

export type FailureStatus = 400 | 401 | 403 | 404 | 413 | 429 | 500 | 501 | 502 | 503 | 504;

/** A failure that a caller can get. */
export interface Failure {
  readonly status: FailureStatus;
  /** The meaning of the status, the same on every surface. */
  readonly description: string;
  readonly code: string;
  /** Google's canonical code for the status: https://cloud.google.com/apis/design/errors */
  readonly canonical: string;
  readonly title: string;
  readonly message: string;
}
