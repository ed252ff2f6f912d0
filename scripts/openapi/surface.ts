import type { z } from 'zod';
import type { JsonSchema } from './name-schemas.ts';

/** An API of API Management, as its OpenAPI document describes it. */
export interface Surface {
  /** Its folder below `apim/apis`, which is its path on the gateway too. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** What the parts of its paths mean, by their names. */
  readonly pathParameters: Readonly<Record<string, PathParameter>>;
  readonly failures: Failures;
  /** Every schema that has a name of its own in the document. */
  readonly components: z.core.$ZodRegistry<{ id: string }>;
  readonly operations: readonly Operation[];
}

export interface Tag {
  readonly name: string;
  readonly description: string;
}

interface PathParameter {
  readonly description: string;
  readonly example: string;
  /** When only these are taken. */
  readonly enum?: readonly string[];
}

/** A parameter that may be left out: API Management would make a required one part of the path. */
export interface OptionalParameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly description: string;
  /** A simple type, without a name. */
  readonly schema: JsonSchema;
  readonly example: string | number;
}

export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  /** Kebab-case and never changed: it is the operation's resource name, and its policies stand in a folder of that name. */
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
    /** By media type. */
    readonly content: Readonly<Record<string, Body>>;
  };
  /** HTTP statuses of the failures that can occur. */
  readonly failures: readonly FailureStatus[];
  /** The gateway decides on the call and refuses it with 501. */
  readonly isServed?: false;
}

interface Body {
  /** One of the surface's components. */
  readonly schema: z.ZodType;
  readonly example: unknown;
}

/** How failures look on a surface. */
export interface Failures {
  readonly mediaType: string;
  /** One of the surface's components. */
  readonly schema: z.ZodType;
  readonly example: (failure: Failure) => unknown;
}

export type FailureStatus = 400 | 401 | 403 | 404 | 413 | 429 | 500 | 501 | 502 | 503 | 504;

/** A failure that a caller can meet. */
export interface Failure {
  readonly status: FailureStatus;
  /** What the status means on every surface. */
  readonly description: string;
  readonly code: string;
  /** Google's name of the status: https://cloud.google.com/apis/design/errors */
  readonly canonical: string;
  readonly title: string;
  readonly message: string;
}
