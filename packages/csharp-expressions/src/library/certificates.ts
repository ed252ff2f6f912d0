import { raise } from '../evaluation-error.ts';
import type { Implementation } from '../signature.ts';
import type { TypeDeclaration } from '../types.ts';

const NAMESPACE = 'System.Security.Cryptography.X509Certificates';

/** Nothing here comes with a certificate: `context.Request.Certificate` is null, as for a call without one. */
const none: Implementation = () =>
  raise('NullReferenceException', 'Object reference not set to an instance of an object.');

/** X509Certificate2, as policies check the certificate of a client. */
export const CERTIFICATE_TYPES: readonly TypeDeclaration[] = [
  { name: 'X500DistinguishedName', namespace: NAMESPACE, kind: 'class', members: { 'string Name': none } },
  {
    name: 'X509Certificate2',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'string FriendlyName': none,
      'string Issuer': none,
      'X500DistinguishedName IssuerName': none,
      'DateTime NotAfter': none,
      'DateTime NotBefore': none,
      'string SerialNumber': none,
      'string Subject': none,
      'X500DistinguishedName SubjectName': none,
      'string Thumbprint': none,
      'bool Verify()': none,
      'bool VerifyNoRevocation()': none,
    },
  },
];
