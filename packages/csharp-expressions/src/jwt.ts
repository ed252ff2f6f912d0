import { parseExactJson } from './text/parse-exact-json.ts';

/**
 * A JSON Web Token as expressions see it. Reading it verifies nothing: that is the policy's work.
 * Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ref-context-variables
 */
export class Jwt {
  readonly type = 'Jwt';
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;

  private constructor(header: Record<string, unknown>, payload: Record<string, unknown>) {
    this.header = header;
    this.payload = payload;
  }

  /** Reads a compact JWS, with or without `Bearer ` before it; null when it is none. */
  static parse(text: string): Jwt | null {
    const [head = '', body = '', ...rest] = text.replace(/^Bearer /i, '').split('.');
    if (rest.length !== 1) return null;
    const header = readPart(head);
    const payload = readPart(body);
    return header && payload ? new Jwt(header, payload) : null;
  }
}

function readPart(part: string): Record<string, unknown> | null {
  try {
    const value = parseExactJson(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
