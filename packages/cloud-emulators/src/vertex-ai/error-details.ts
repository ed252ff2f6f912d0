import type { INamespace } from 'protobufjs/light.js';

const string = (id: number) => ({ type: 'string', id });
const strings = { keyType: 'string', type: 'string' };

/**
 * The descriptors of the error details that this emulator can send over gRPC. The SDK's descriptors do not have them.
 * Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export const errorDetails = {
  nested: {
    google: {
      nested: {
        protobuf: {
          nested: {
            Duration: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
          },
        },
        rpc: {
          nested: {
            ErrorInfo: { fields: { reason: string(1), domain: string(2), metadata: { ...strings, id: 3 } } },
            RetryInfo: { fields: { retryDelay: { type: 'google.protobuf.Duration', id: 1 } } },
            BadRequest: {
              fields: { fieldViolations: { rule: 'repeated', type: 'FieldViolation', id: 1 } },
              nested: { FieldViolation: { fields: { field: string(1), description: string(2) } } },
            },
            QuotaFailure: {
              fields: { violations: { rule: 'repeated', type: 'Violation', id: 1 } },
              nested: { Violation: { fields: { subject: string(1), description: string(2) } } },
            },
            Help: {
              fields: { links: { rule: 'repeated', type: 'Link', id: 1 } },
              nested: { Link: { fields: { description: string(1), url: string(2) } } },
            },
            LocalizedMessage: { fields: { locale: string(1), message: string(2) } },
            DebugInfo: {
              fields: { stackEntries: { rule: 'repeated', ...string(1) }, detail: string(2) },
            },
          },
        },
      },
    },
  },
} satisfies INamespace;
