/** An IPv4 address as such, though a socket that listens for IPv6 too writes it mapped (RFC 4291, section 2.5.5.2). */
export const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, '');
