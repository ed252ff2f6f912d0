import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { kindOfAddress } from '../address-kind.ts';

/**
 * Examines whether services are reached on private or on public addresses. In a private network one that is public beside
 * private ones lacks its private endpoint or its DNS zone.
 */
export const privateAddressesLeg: Leg = {
  name: 'private-addresses',
  needs: [],
  async examine(run) {
    const reach = await run.reach();
    const seen = reach.answered.map(({ service, answer }) => ({
      service,
      kind: kindOfAddress(answer.address),
      text: `${service.host}: ${answer.address}`,
    }));
    const groups = [
      seen.filter(({ service }) => service.hasPrivateLink),
      seen.filter(({ service }) => service.owner === 'google'),
    ];
    const stray = groups.flatMap((group) => {
      const isPrivate = group.some(({ kind }) => kind === 'private' || kind === 'google-virtual');
      return isPrivate ? group.filter(({ kind }) => kind === 'public') : [];
    });
    const details = { addresses: [...new Set(seen.map(({ text }) => text))] };
    if (stray.length > 0)
      return broken(
        `Other services are reached on private addresses, but ${stray.map(({ service }) => service.host).join(', ')} on public ones.`,
        [
          'az network private-endpoint list --resource-group GROUP --output table',
          'az network private-dns zone list --resource-group GROUP --output table',
          'For Google, give the private zone the name as well: docs/google-network.md',
        ],
        details,
      );
    const kinds = [...new Set(seen.map(({ kind }) => kind))].toSorted();
    return works(`Services are reached on addresses of these kinds: ${kinds.join(', ') || 'none'}.`, details);
  },
};
