import { describe, expect, it } from 'vitest';
import { eui64, hosts, overlap, parseAddress, parseCidr, printAddress, printCidr } from './addresses.ts';

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0001:0000:ffff:ffff:ffff:ffff', '2001:db8:1:0:ffff:ffff:ffff:ffff'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
  ])('%s is printed as %s', (text, printed) => {
    const address = parseAddress(text);
    expect(address && printAddress(address)).toBe(printed);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.1.2',
    '1e1.0.0.0',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::',
  ])('"%s" is none', text => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('a network', () => {
  const cidr = (text: string) => {
    const found = parseCidr(text);
    if (found === undefined) throw new Error(`${text} is no network`);
    return found;
  };

  it.each([
    ['10.9.0.5/24', '10.9.0.0/24'],
    ['10.9.0.5', '10.9.0.5/32'],
    ['2001:db8::5/64', '2001:db8::/64'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is %s', (text, printed) => {
    expect(printCidr(cidr(text))).toBe(printed);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', 'x/8', '::/129'])('"%s" is none', text => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('overlaps with what shares an address with it, of the same version', () => {
    expect(overlap(cidr('10.0.0.0/24'), cidr('10.0.0.128/25'))).toBe(true);
    expect(overlap(cidr('10.0.0.0/24'), cidr('10.0.1.0/24'))).toBe(false);
    expect(overlap(cidr('0.0.0.0/0'), cidr('::/0'))).toBe(false);
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.1', '10.0.0.254'],
    ['10.0.0.0/31', '10.0.0.0', '10.0.0.1'],
    ['10.0.0.7/32', '10.0.0.7', '10.0.0.7'],
    ['2001:db8::/64', '2001:db8::1', '2001:db8::ffff:ffff:ffff:ffff'],
  ])('%s has hosts from %s to %s', (text, first, last) => {
    const network = cidr(text);
    const { version } = network;
    const usable = hosts(network);
    expect(printAddress({ version, value: usable.first })).toBe(first);
    expect(printAddress({ version, value: usable.last })).toBe(last);
  });

  it('gives a host its address by its MAC (RFC 4291, appendix A)', () => {
    const value = eui64(cidr('2001:db8::/64'), '34:56:78:9a:bc:de');
    expect(printAddress({ version: 6, value })).toBe('2001:db8::3656:78ff:fe9a:bcde');
  });
});
