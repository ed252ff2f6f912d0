import { BlockList, isIP } from 'node:net';

/** The kind of an address: of this machine, of a private network, of Google's virtual addresses, or of the internet. */
export type AddressKind = 'local' | 'private' | 'google-virtual' | 'public';

/** Sources: RFC 1918, RFC 6598, RFC 4193; https://cloud.google.com/vpc/docs/configure-private-google-access-hybrid */
const BLOCKS: readonly [Exclude<AddressKind, 'public'>, string, number][] = [
  ['local', '127.0.0.0', 8],
  ['local', '::1', 128],
  ['private', '10.0.0.0', 8],
  ['private', '172.16.0.0', 12],
  ['private', '192.168.0.0', 16],
  ['private', '100.64.0.0', 10],
  ['private', 'fc00::', 7],
  ['google-virtual', '199.36.153.4', 30],
  ['google-virtual', '199.36.153.8', 30],
  ['google-virtual', '2600:2d00:2:1000::', 56],
  ['google-virtual', '2600:2d00:2:2000::', 56],
];

const LISTS = BLOCKS.map(([kind, net, prefix]) => {
  const list = new BlockList();
  const family = isIP(net) === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(net, prefix, family);
  return { kind, list, family };
});

/** Tells the kind of an IP address. An IPv4 address in the form of an IPv6 one counts as what it is. */
export function kindOfAddress(address: string): AddressKind {
  const embedded = address.slice('::ffff:'.length);
  const plain = /^::ffff:/i.test(address) && isIP(embedded) === 4 ? embedded : address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(plain) === 0) return 'public';
  return LISTS.find((one) => one.family === family && one.list.check(plain, family))?.kind ?? 'public';
}
