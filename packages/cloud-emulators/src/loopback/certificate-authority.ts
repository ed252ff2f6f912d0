import 'reflect-metadata';
import { randomUUID, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate authority for 127.0.0.1 and localhost, new at every start; nobody outside this machine trusts it. */
export interface LocalCertificateAuthority {
  /** PEM of the authority, for `NODE_EXTRA_CA_CERTS` and `curl --cacert`. */
  readonly certificate: string;
  /** PEM of a server certificate and its private key. */
  readonly server: { readonly cert: string; readonly key: string };
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_IN_MS = 86_400_000;

/**
 * Makes an authority and a server certificate. @param names further names for the certificate, such as those of
 * emulated services.
 */
export async function createCertificateAuthority(
  names: readonly string[] = [],
): Promise<LocalCertificateAuthority> {
  const now = Date.now();
  const validity = { notBefore: new Date(now - DAY_IN_MS), notAfter: new Date(now + 30 * DAY_IN_MS) };
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    // A client may trust several authorities, and finds the one that signed by its name.
    name: `CN=Local emulators ${randomUUID()}`,
    ...validity,
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const serverKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=localhost',
    issuer: authority.subject,
    ...validity,
    publicKey: serverKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
        ...names.map((value) => ({ type: 'dns' as const, value })),
      ]),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const privateKey = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', serverKeys.privateKey));
  return {
    certificate: authority.toString('pem'),
    server: {
      cert: server.toString('pem'),
      key: x509.PemConverter.encode(privateKey, 'PRIVATE KEY'),
    },
  };
}
