import type { ProbeAnswer } from './send-probe.ts';
import { safeCode, safeText } from './safe-text.ts';

/** The parts of a Google API's error that tell its reason. Its message is left out, as it may hold anything. */
export interface GoogleError {
  /** The canonical code, such as PERMISSION_DENIED. */
  readonly status: string;
  /** The reason of the detail ErrorInfo, such as SERVICE_DISABLED; undefined without one. */
  readonly reason: string | undefined;
  /** The permission that is missing, where the error names it. */
  readonly permission: string | undefined;
}

interface Body {
  readonly error?: { readonly status?: unknown; readonly message?: unknown; readonly details?: unknown };
}

/**
 * Reads an error of one of Google's APIs. Answers of publishers' models wrap it in a list, or have a form of their own.
 * Source: https://cloud.google.com/apis/design/errors
 */
export function readGoogleError({ text }: Pick<ProbeAnswer, 'text'>): GoogleError {
  const { status, message, details } = parse(text).error ?? {};
  const infos = Array.isArray(details) ? (details as Record<string, unknown>[]) : [];
  const info = infos.find((one) => typeof one.reason === 'string');
  const { permission } = (info?.metadata ?? {}) as { readonly permission?: unknown };
  const named = /^Permission '([\w.]{1,80})' denied/.exec(typeof message === 'string' ? message : '')?.[1];
  const missing = typeof permission === 'string' ? safeText(permission) : named;
  return {
    status: safeCode(status),
    reason: info ? safeCode(info.reason) : undefined,
    permission: missing,
  };
}

function parse(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    return ((Array.isArray(body) ? body[0] : body) as Body | null) ?? {};
  } catch {
    return {};
  }
}
