import { gatewayApi } from '../entra/sample-applications.ts';

/** An application registered at the authorization server. */
export interface OktaApplication {
  readonly name: string;
  /** Client id: `cid` and `sub` in its tokens. */
  readonly clientId: string;
  readonly groups: readonly string[];
}

/** The audience of the sample authorization server. */
export const OKTA_AUDIENCE = gatewayApi.clientId;

/** The sample applications of Okta. */
export const oktaApplications: readonly OktaApplication[] = [
  { name: 'okta-app', clientId: '0oa1vertexassist0x5d7', groups: ['vertex-assistants'] },
];
