import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { publicIssuerOf } from '../public-issuers.ts';

/** Examines whether certificates are those of the services, and not of a proxy that opens the connections. */
export const tlsLeg: Leg = {
  name: 'tls',
  needs: ['settings'],
  async examine(run) {
    const reach = await run.reach();
    const { expectedIssuer = publicIssuerOf } = run.dependencies;
    const untrusted = reach.failed('certificate').map(({ host, code }) => `${host} (${code})`);
    const foreign = reach.answered.flatMap(({ service, answer }) => {
      const { hostname } = new URL(service.url);
      const pattern = answer.issuer === undefined ? undefined : expectedIssuer(hostname);
      const isLocal = service.connectTo?.host === '127.0.0.1' && expectedIssuer === publicIssuerOf;
      return !pattern || isLocal || pattern.test(answer.issuer ?? '')
        ? []
        : [`${hostname} (issued by ${answer.issuer ?? ''})`];
    });
    const remedies = [
      'Take these hosts out of TLS inspection of the firewall or proxy. In Azure Firewall: az network firewall policy rule-collection-group collection rule update --enable-tls-inspection false',
      'openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -issuer   # shows who issued it',
    ];
    if (untrusted.length > 0)
      return broken(
        `The certificates of ${untrusted.join(', ')} are not trusted: something between opens the connections, or the service is another.`,
        remedies,
        { hosts: untrusted },
      );
    if (foreign.length > 0)
      return broken(
        `Something between opens the connections to ${foreign.join(', ')}: their certificates are not of the services’ issuers. It can read tokens and prompts.`,
        remedies,
        { hosts: foreign },
      );
    return works('Every certificate is trusted, and of an issuer that the service has.');
  },
};
