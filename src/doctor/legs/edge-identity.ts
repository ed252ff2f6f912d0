import { describeClaims, readToken } from '../claims.ts';
import { notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { bearerIn } from './edge-keys.ts';

/** Lists the claims of API Management's token, which the function app has verified before it answers. */
export const edgeIdentityLeg: Leg = {
  name: 'edge-identity',
  needs: [],
  examine({ edge }) {
    const claims = readToken(bearerIn(edge?.authorization));
    return claims
      ? works('The function app has accepted API Management’s token.', describeClaims(claims))
      : notVisible(
          'API Management’s token comes with a call through it alone. Ask the deployed gateway: GET /gateway/v1/doctor',
        );
  },
};
