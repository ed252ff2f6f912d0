import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';

/** Examines whether each service can be connected to. */
export const connectionsLeg: Leg = {
  name: 'connections',
  needs: ['settings'],
  async examine(run) {
    const reach = await run.reach();
    const silent = [...reach.failed('connection'), ...reach.failed('timeout')];
    if (silent.length === 0)
      return works(`Every service whose name is found takes connections: ${reach.answered.length} of them.`);
    const hosts = silent.map(({ host, code }) => `${host} (${code})`);
    return broken(
      `No connection comes about with ${hosts.join(', ')}.`,
      [
        'Let the subnet of the function app out: az network nsg rule list --resource-group GROUP --nsg-name NSG --output table',
        'Look for routes to a firewall: az network route-table list --resource-group GROUP --output table',
        'For a private endpoint, look whether it is approved: az network private-endpoint-connection list --id RESOURCE_ID',
      ],
      { hosts },
    );
  },
};
