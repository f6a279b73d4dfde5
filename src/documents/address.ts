import type { default as Ipaddr } from 'ipaddr.js';

/** Public in the registry's eyes, but a cloud's metadata or platform service. */
const PLATFORM = new Set(['168.63.129.16']);

/**
 * Why this address may not be asked for a document; undefined when it may. Only addresses of the public internet may: what
 * IANA's registries set apart (loopback, private, link-local with its metadata services, unique-local, carrier NAT,
 * documentation …) may not, whether written as IPv4 or wrapped in IPv6 (mapped, NAT64, 6to4, Teredo).
 */
export async function addressRefusal(address: string): Promise<string | undefined> {
  const { default: ipaddr } = await import('ipaddr.js');
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*/s, '');
  if (!ipaddr.isValid(bare)) return `${address} is not an address`;
  return refusal(ipaddr, ipaddr.parse(bare));
}

type Parsed = ReturnType<typeof Ipaddr.parse>;

function refusal(ipaddr: typeof Ipaddr, address: Parsed): string | undefined {
  if (address instanceof ipaddr.IPv6) {
    const bytes = address.toByteArray();
    const range = address.range();
    if (range === 'ipv4Mapped') return refusal(ipaddr, address.toIPv4Address());
    if (range === 'rfc6052') return refusal(ipaddr, new ipaddr.IPv4(bytes.slice(12)));
    if (range === '6to4') return refusal(ipaddr, new ipaddr.IPv4(bytes.slice(2, 6)));
    // ::a.b.c.d, deprecated, still understood by some stacks.
    if (bytes.slice(0, 12).every((b) => b === 0) && range === 'unicast')
      return refusal(ipaddr, new ipaddr.IPv4(bytes.slice(12)));
    return range === 'unicast' && ((bytes[0] ?? 0) & 0xe0) === 0x20
      ? undefined
      : `${address.toString()} is ${range === 'unicast' ? 'not global' : range}`;
  }
  const range = address.range();
  if (range !== 'unicast') return `${address.toString()} is ${range}`;
  return PLATFORM.has(address.toString()) ? `${address.toString()} is a cloud's platform service` : undefined;
}
