/**
 * The issuers of the services' certificates, by the ends of their names. Each pattern stands for an organization.
 * Sources: https://pki.goog/faq/ and https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details
 */
const ISSUERS: readonly { readonly domains: readonly string[]; readonly issuer: RegExp }[] = [
  { domains: ['googleapis.com', 'vertexai.goog'], issuer: /^Google Trust Services/ },
  {
    domains: [
      'windows.net',
      'azure.net',
      'azure.com',
      'microsoft.com',
      'microsoftonline.com',
      'visualstudio.com',
      'applicationinsights.io',
    ],
    issuer: /^(Microsoft Corporation|DigiCert)/,
  },
];

/** Tells the pattern of issuers of a public service; undefined for any other host, of which nothing is known. */
export function publicIssuerOf(host: string): RegExp | undefined {
  return ISSUERS.find(({ domains }) => domains.some((one) => host === one || host.endsWith(`.${one}`)))
    ?.issuer;
}
