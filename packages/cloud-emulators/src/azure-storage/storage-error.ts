import { randomUUID } from 'node:crypto';

/** A refusal as the service words it. Source: https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2 */
export interface StorageError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes a refusal as status, headers and XML body. */
export function writeStorageError({ status, code, message, headers }: StorageError): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      'x-ms-error-code': code,
      'x-ms-request-id': randomUUID(),
      ...headers,
    },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error>`,
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
