import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';

/** Examines whether the name of each service is found. */
export const dnsLeg: Leg = {
  name: 'dns',
  needs: ['settings'],
  async examine(run) {
    const reach = await run.reach();
    const unknown = reach.failed('name');
    if (unknown.length === 0) return works(`The names of all ${reach.all.length} services are found.`);
    const hosts = unknown.map(({ host, code }) => `${host} (${code})`);
    const isPrivate = unknown.some(({ hasPrivateLink }) => hasPrivateLink);
    return broken(
      `No address is found for ${hosts.join(', ')}.`,
      [
        'Compare the setting with the name of the service; a deleted service has no address.',
        ...(isPrivate
          ? [
              'In a private network, link the zone of the service: az network private-dns link vnet create --resource-group GROUP --zone-name privatelink.… --name LINK --virtual-network NETWORK --registration-enabled false',
            ]
          : []),
        'docs/google-network.md lists the names of Google that a private zone must have.',
      ],
      { hosts },
    );
  },
};
