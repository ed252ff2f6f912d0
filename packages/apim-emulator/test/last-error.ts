import type { ReceivedResponse } from '@vertex-ai-gateway/test-support/send-request';

const NAMES = ['Source', 'Reason', 'Message', 'Scope', 'Section', 'Path', 'PolicyId'] as const;

/** For an on-error section: puts what `context.LastError` says into headers. */
export const SHOW_LAST_ERROR = NAMES.map(
  (name) =>
    `<set-header name="x-last-error-${name}"><value>@(Uri.EscapeDataString(context.LastError.${name} ?? ""))</value></set-header>`,
).join('');

/** Returns `context.LastError` from the headers of `SHOW_LAST_ERROR`; undefined where there was no error. */
export function lastErrorOf({ headers }: ReceivedResponse): Record<string, string> | undefined {
  if (!('x-last-error-source' in headers)) return undefined;
  return Object.fromEntries(
    NAMES.map((name) => [name, decodeURIComponent(String(headers[`x-last-error-${name.toLowerCase()}`]))]),
  );
}
