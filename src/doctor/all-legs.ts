import type { Leg } from './leg.ts';
import { auditIngestionLeg } from './legs/audit-ingestion.ts';
import { auditKeyLeg } from './legs/audit-key.ts';
import { auditQueryLeg } from './legs/audit-query.ts';
import { auditStorageLeg, auditWitnessLeg } from './legs/audit-storage.ts';
import { clocksLeg } from './legs/clocks.ts';
import { connectionsLeg } from './legs/connections.ts';
import { dnsLeg } from './legs/dns.ts';
import { edgeIdentityLeg } from './legs/edge-identity.ts';
import { edgeKeysLeg } from './legs/edge-keys.ts';
import { edgeNamedValuesLeg } from './legs/edge-named-values.ts';
import { edgeProductsLeg } from './legs/edge-products.ts';
import { identityTokenLeg } from './legs/identity-token.ts';
import { impersonationLeg } from './legs/impersonation.ts';
import { privateAddressesLeg } from './legs/private-addresses.ts';
import { settingsLeg } from './legs/settings.ts';
import { tlsLeg } from './legs/tls.ts';
import { stsLegs } from './legs/token-exchange.ts';
import { vertexAccessLeg } from './legs/vertex-access.ts';
import { vertexApiLeg } from './legs/vertex-api.ts';

/** The legs that are the same for every question. */
export const COMMON_LEGS: readonly Leg[] = [
  settingsLeg,
  dnsLeg,
  privateAddressesLeg,
  connectionsLeg,
  tlsLeg,
  clocksLeg,
  identityTokenLeg,
  ...stsLegs,
  impersonationLeg,
  vertexApiLeg,
  vertexAccessLeg,
  auditStorageLeg,
  auditWitnessLeg,
  auditKeyLeg,
  auditIngestionLeg,
  auditQueryLeg,
];

/** The legs that the question itself shows. */
export const EDGE_LEGS: readonly Leg[] = [edgeKeysLeg, edgeIdentityLeg, edgeNamedValuesLeg, edgeProductsLeg];
