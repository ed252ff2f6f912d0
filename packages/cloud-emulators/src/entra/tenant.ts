import type { TokenTenant } from './access-token-claims.ts';
import { type ApiRegistration, findResource, type TokenResource } from './api-registration.ts';
import { TokenError } from './token-error.ts';

const VERSIONS: readonly unknown[] = [null, 1, 2];

/** A tenant with its addresses and the APIs that are registered in it. */
export class Tenant implements TokenTenant {
  readonly id: string;
  /** `iss` of v2.0 tokens. */
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly jwksUri: string;
  #apis: readonly ApiRegistration[];

  /** Makes a tenant. @param authority replaces `https://login.microsoftonline.com`. */
  constructor(authority: string, id: string, apis: readonly ApiRegistration[]) {
    this.id = id;
    this.issuer = `${authority}/${id}/v2.0`;
    this.tokenUrl = `${authority}/${id}/oauth2/v2.0/token`;
    this.jwksUri = `${authority}/${id}/discovery/v2.0/keys`;
    this.#apis = apis;
  }

  /** Finds the resource that a token is asked for. @throws TokenError when the tenant has no such resource. */
  findResource(asked: string): TokenResource {
    const resource = findResource(this.#apis, asked);
    if (resource) return resource;
    throw new TokenError(
      'invalid_resource',
      500011,
      `The resource principal named ${asked} was not found in the tenant named ${this.id}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    );
  }

  /** The API that a token is for when the request names none. */
  get firstApi(): string {
    return this.#apis[0]?.clientId ?? '';
  }

  /**
   * Changes an API's registration as its owner does in its manifest. The change applies to tokens issued from now on.
   */
  changeRegistration(clientId: string | undefined, change: unknown): ApiRegistration {
    const api = this.#apis.find((one) => one.clientId === clientId);
    if (!api) throw new TypeError(`There is no API "${clientId ?? ''}".`);
    const { requestedAccessTokenVersion, ...rest } = (change ?? {}) as Partial<ApiRegistration>;
    if (!VERSIONS.includes(requestedAccessTokenVersion) || Object.keys(rest).length > 0)
      throw new TypeError('Send { "requestedAccessTokenVersion": 1 }, 2 or null.');
    const changed = { ...api, requestedAccessTokenVersion } as ApiRegistration;
    this.#apis = this.#apis.map((one) => (one === api ? changed : one));
    return changed;
  }
}
