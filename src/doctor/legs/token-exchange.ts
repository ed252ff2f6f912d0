import { STS_LEGS } from '../exchange.ts';
import { broken, type Finding, notTried, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { findProviderProblem } from '../pool-provider.ts';
import { LEG_TITLES } from '../report.ts';
import type { Run } from '../run.ts';

type StsLegName = (typeof STS_LEGS)[number];

const WORKING: Readonly<Record<StsLegName, string>> = {
  'pool-provider': 'Google STS knows the pool provider, and it is on.',
  issuer: 'The pool provider takes the issuer of the token.',
  audience: 'The pool provider takes the audience of the token.',
  'attribute-condition': 'The attribute condition admits the function app’s identity.',
  'token-exchange': 'Google STS gives an access token for the managed identity’s token.',
};

/**
 * The legs that one answer of Google STS tells about: provider, issuer, audience, condition, and the exchange itself. STS
 * names the first problem that it finds, so that the legs after the broken one are not tried.
 */
export const stsLegs: readonly Leg[] = STS_LEGS.map((name): Leg => ({
  name,
  needs: ['identity-token'],
  urls: ({ settings }) => [settings.GOOGLE_STS_URL],
  examine: (run) => (run.dependencies.sight === 'developer' ? compare(name, run) : readAnswer(name, run)),
}));

async function readAnswer(name: StsLegName, run: Run): Promise<Finding> {
  const { reading } = await run.exchange();
  if (!reading) return works(WORKING[name]);
  const order: readonly string[] = STS_LEGS;
  const isBroken = reading.leg === name;
  if (!isBroken && !reading.tellsNothing && order.indexOf(name) < order.indexOf(reading.leg))
    return works(WORKING[name]);
  if (!isBroken)
    return notTried(reading.leg, `the leg “${LEG_TITLES[reading.leg]}” (${reading.leg}) is broken.`);
  return broken(reading.summary, reading.remedies);
}

/** A person can't exchange the identity's token, but may read the provider and compare it with the settings. */
async function compare(name: StsLegName, run: Run): Promise<Finding> {
  if (name === 'token-exchange')
    return notVisible('Only the function app has the token to exchange. Ask it: GET /gateway/v1/doctor');
  return findProviderProblem(name, run);
}
