import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { EpochWatch } from './epoch.ts';
import { encodeCall, readDescription, readExternalAddress, readFault } from './igd.ts';
import * as natPmp from './nat-pmp.ts';
import * as pcp from './pcp.ts';
import { gatewayOfProcRoute, gatewayOfRouteGet, gatewayOfRoutePrint } from './routes.ts';
import { decodeSearchAnswer, encodeSearch } from './ssdp.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const text = (value: string) => new TextEncoder().encode(value);

describe('PCP', () => {
  const request: pcp.PcpMapRequest = {
    wanted: { protocol: 'tcp', port: 4001 },
    clientAddress: '192.168.1.20',
    nonce: hex('000102030405060708090a0b'),
    externalPort: 4001,
    lifetimeSeconds: 1200,
  };
  /** RFC 6887 figures 3 and 10, field by field. */
  const success = `
    02 81 00 00  000004b0  00000064  000000000000000000000000
    000102030405060708090a0b  06 000000  0fa1 a122  00000000000000000000ffffc6120007`;

  it('encodes a MAP request as in RFC 6887 figures 2 and 9', () => {
    expect(pcp.encodePcpMap(request)).toEqual(
      hex(`
        02 01 0000  000004b0  00000000000000000000ffffc0a80114
        000102030405060708090a0b  06 000000  0fa1 0fa1  00000000000000000000ffff00000000`),
    );
  });

  it('reads a grant with the port and address that the router chose', () => {
    expect(pcp.decodePcpMap(hex(success), request)).toEqual({
      kind: 'mapped',
      epochSeconds: 100,
      lifetimeSeconds: 1200,
      externalPort: 41_250,
      externalHost: '198.18.0.7',
    });
  });

  it('treats the external address 0.0.0.0 and non-IPv4 addresses as none', () => {
    const zero = success.replace('ffffc6120007', 'ffff00000000');
    const ipv6 = success.replace('00000000000000000000ffffc6120007', '20010db8000000000000000000000001');
    expect(pcp.decodePcpMap(hex(zero), request)).toMatchObject({ externalHost: null });
    expect(pcp.decodePcpMap(hex(ipv6), request)).toMatchObject({ externalHost: null });
  });

  it('names a refusal', () => {
    const refusal = success.replace('02 81 00 00', '02 81 00 02');
    expect(pcp.decodePcpMap(hex(refusal), request)).toMatchObject({
      kind: 'refused',
      result: 'not authorized',
    });
  });

  it('treats answers of NAT-PMP routers and of other versions as an unsupported version', () => {
    const natPmpOnly = hex('00 81 0001 00000064');
    const otherVersion = hex(`01 81 00 01 00000000 00000064 ${'00'.repeat(12)}`);
    expect(pcp.decodePcpMap(natPmpOnly, request)).toEqual({ kind: 'unsupported-version' });
    expect(pcp.decodePcpMap(otherVersion, request)).toEqual({ kind: 'unsupported-version' });
  });

  it.each([
    ['a request', success.replace('02 81', '02 01')],
    ['another opcode', success.replace('02 81', '02 82')],
    ['another nonce', success.replace('0102030405060708090a0b', '0102030405060708090aff')],
    ['another protocol', success.replace('06 000000', '11 000000')],
    ['another port', success.replace('0fa1 a122', '0fa2 a122')],
    ['a length that is no multiple of four', `${success} 00`],
    ['a message of more than 1,100 bytes', success + '00'.repeat(1044)],
    ['a message that was cut off', success.slice(0, -16)],
  ])('ignores %s', (_what, bytes) => {
    expect(pcp.decodePcpMap(hex(bytes), request)).toBeNull();
  });

  it('reads the epoch that a router announces', () => {
    expect(pcp.decodePcpAnnounce(hex(`02 80 00 00 00000000 00000007 ${'00'.repeat(12)}`))).toEqual({
      epochSeconds: 7,
    });
    expect(pcp.decodePcpAnnounce(hex(success))).toBeNull();
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), (bytes) => {
        pcp.decodePcpMap(bytes, request);
        pcp.decodePcpAnnounce(bytes);
      }),
    );
  });
});

describe('NAT-PMP', () => {
  const request: natPmp.NatPmpMapRequest = {
    wanted: { protocol: 'tcp', port: 4001 },
    externalPort: 4001,
    lifetimeSeconds: 1200,
  };

  it('encodes requests as in RFC 6886 sections 3.2 and 3.3', () => {
    expect(natPmp.encodeNatPmpAddress()).toEqual(hex('00 00'));
    expect(natPmp.encodeNatPmpMap(request)).toEqual(hex('00 02 0000 0fa1 0fa1 000004b0'));
    const udp = { ...request, wanted: { protocol: 'udp', port: 4001 } } as const;
    expect(natPmp.encodeNatPmpMap(udp)).toEqual(hex('00 01 0000 0fa1 0fa1 000004b0'));
  });

  it('reads the external address, and 0.0.0.0 as none', () => {
    expect(natPmp.decodeNatPmpAddress(hex('00 80 0000 00000064 c6120007'))).toEqual({
      kind: 'address',
      epochSeconds: 100,
      externalHost: '198.18.0.7',
    });
    expect(natPmp.decodeNatPmpAddress(hex('00 80 0000 00000064 00000000'))).toMatchObject({
      externalHost: null,
    });
  });

  it('reads a grant and a refusal', () => {
    expect(natPmp.decodeNatPmpMap(hex('00 82 0000 00000064 0fa1 a122 000004b0'), request)).toEqual({
      kind: 'mapped',
      epochSeconds: 100,
      externalPort: 41_250,
      lifetimeSeconds: 1200,
    });
    expect(natPmp.decodeNatPmpMap(hex('00 82 0003 00000064'), request)).toEqual({
      kind: 'refused',
      result: 'network failure',
      epochSeconds: 100,
    });
  });

  it.each([
    ['another version', '02 82 0000 00000064 0fa1 a122 000004b0'],
    ['an answer about UDP', '00 81 0000 00000064 0fa1 a122 000004b0'],
    ['another port', '00 82 0000 00000064 0fa2 a122 000004b0'],
    ['a message that was cut off', '00 82 0000 00000064 0fa1'],
    ['a message with more behind it', '00 82 0000 00000064 0fa1 a122 000004b0 00'],
  ])('ignores %s', (_what, bytes) => {
    expect(natPmp.decodeNatPmpMap(hex(bytes), request)).toBeNull();
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        natPmp.decodeNatPmpMap(bytes, request);
        natPmp.decodeNatPmpAddress(bytes);
      }),
    );
  });
});

describe('the epoch of a router', () => {
  const watch = (...readings: readonly (readonly [epochSeconds: number, atSeconds: number])[]) => {
    const epoch = new EpochWatch();
    return readings.map(([epochSeconds, atSeconds]) => epoch.lost(epochSeconds, atSeconds * 1000)).at(-1);
  };

  it('reports no loss on the first reading, nor while it keeps pace with this machine', () => {
    expect(watch([5, 0])).toBe(false);
    expect(watch([5, 0], [605, 600])).toBe(false);
    expect(watch([5, 0], [570, 600])).toBe(false);
    expect(watch([5, 0], [4, 0])).toBe(false);
  });

  it('reports a loss when it goes back, lags behind or jumps ahead', () => {
    expect(watch([500, 0], [3, 600])).toBe(true);
    expect(watch([5, 0], [300, 600])).toBe(true);
    expect(watch([5, 0], [2000, 600])).toBe(true);
  });
});

describe('SSDP', () => {
  const answer = (location: string, target = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1') =>
    text(`HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: ${target}\r\nLocation: ${location}\r\n\r\n`);

  it('searches as UPnP requires', () => {
    expect(encodeSearch('urn:x')).toBe(
      'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: urn:x\r\n\r\n',
    );
  });

  it('reads the address of a router’s description', () => {
    expect(decodeSearchAnswer(answer('http://192.168.1.1:5000/root.xml'), '192.168.1.1')?.href).toBe(
      'http://192.168.1.1:5000/root.xml',
    );
  });

  it.each([
    ['on another machine', answer('http://192.168.1.9:5000/root.xml')],
    ['behind a user name', answer('http://192.168.1.1@192.168.1.9/root.xml')],
    ['in a file', answer('file://192.168.1.1/root.xml')],
    ['at an endless address', answer(`http://192.168.1.1/${'a'.repeat(600)}`)],
    ['of another kind of device', answer('http://192.168.1.1/root.xml', 'upnp:rootdevice')],
    ['in a message that is too long', text(`HTTP/1.1 200 OK\r\n${'a'.repeat(3000)}`)],
    ['in a search by somebody else', text(encodeSearch('urn:x'))],
  ])('ignores a description %s', (_where, bytes) => {
    expect(decodeSearchAnswer(bytes, '192.168.1.1')).toBeNull();
  });
});

describe('UPnP IGD', () => {
  const location = new URL('http://192.168.1.1:5000/root.xml');
  const service = (type: string, control: string) =>
    `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType>` +
    `<serviceId>x</serviceId><controlURL>${control}</controlURL><SCPDURL>/x.xml</SCPDURL></service>`;

  it('finds the services that map ports, the best first', () => {
    const xml =
      '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><serviceList>' +
      service('Layer3Forwarding:1', '/l3f') +
      service('WANPPPConnection:1', '/ppp') +
      service('WANIPConnection:1', 'ip?a=1&amp;b=2') +
      '</serviceList></device></root>';
    expect(readDescription(xml, location).map(({ controlUrl }) => controlUrl.href)).toEqual([
      'http://192.168.1.1:5000/ip?a=1&b=2',
      'http://192.168.1.1:5000/ppp',
    ]);
  });

  it('resolves addresses against the base of a version 1 router, and drops those of other machines', () => {
    const base = `<URLBase>http://192.168.1.1:8080/</URLBase>${service('WANIPConnection:1', '/ip')}`;
    const elsewhere = `<URLBase>http://192.168.1.9/</URLBase>${service('WANIPConnection:1', '/ip')}`;
    const control = service('WANIPConnection:1', 'http://192.168.1.9/ip');
    expect(readDescription(base, location)[0]?.controlUrl.href).toBe('http://192.168.1.1:8080/ip');
    expect(readDescription(elsewhere, location)[0]?.controlUrl.href).toBe('http://192.168.1.1:5000/ip');
    expect(readDescription(control, location)).toEqual([]);
  });

  it('reads the external address, and 0.0.0.0 or a name as none', () => {
    const xml = (address: string) =>
      `<s:Body><u:GetExternalIPAddressResponse xmlns:u="urn:x"><NewExternalIPAddress>${address}</NewExternalIPAddress>`;
    expect(readExternalAddress(xml('198.18.0.7'))).toBe('198.18.0.7');
    expect(readExternalAddress(xml('0.0.0.0'))).toBeNull();
    expect(readExternalAddress(xml('router.example'))).toBeNull();
    expect(readExternalAddress(xml(''))).toBeNull();
  });

  it('reads a fault, with a description of at most one line', () => {
    const xml = `<e:UPnPError><errorCode>718</errorCode><errorDescription>\u0007Conflict${'!'.repeat(200)}</errorDescription>`;
    expect(readFault(xml)).toEqual({ code: 718, description: `Conflict${'!'.repeat(72)}` });
    expect(readFault('<errorCode>many</errorCode>')).toBeNull();
  });

  it('escapes values in a call', () => {
    expect(encodeCall('urn:x', 'Do', { Value: '<&>' })).toContain(
      '<u:Do xmlns:u="urn:x"><Value>&lt;&amp;&gt;</Value></u:Do>',
    );
  });
});

describe('the default gateway', () => {
  it('is read from the routes of Linux: up, by a gateway, of the lowest metric', () => {
    const routes = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
      'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0',
      'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
      'eth0\t0000000A\t0201A8C0\t0003\t0\t0\t1\t000000FF\t0\t0\t0',
    ].join('\n');
    expect(gatewayOfProcRoute(routes)).toBe('192.168.1.1');
    expect(gatewayOfProcRoute(routes.split('\n', 1).join())).toBeNull();
    expect(gatewayOfProcRoute('')).toBeNull();
  });

  it('is read from the answer of macOS', () => {
    const answer = [
      '   route to: default',
      'destination: default',
      '       mask: default',
      '    gateway: 192.168.1.1',
      '  interface: en0',
      '      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>',
    ].join('\n');
    expect(gatewayOfRouteGet(answer)).toBe('192.168.1.1');
    expect(gatewayOfRouteGet(answer.replace('192.168.1.1', 'link#12'))).toBeNull();
    expect(gatewayOfRouteGet('route: writing to routing socket: not in table')).toBeNull();
  });

  it('is read from the routes of Windows in any language', () => {
    const routes = [
      'IPv4-Routentabelle',
      'Aktive Routen:',
      '     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik',
      '          0.0.0.0          0.0.0.0   Auf Verbindung       10.8.0.2      5',
      '          0.0.0.0          0.0.0.0      192.168.2.1    192.168.2.20     50',
      '          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.20     25',
      'Ständige Routen:',
      '  Netzwerkadresse          Netzmaske  Gatewayadresse  Metrik',
      '          0.0.0.0          0.0.0.0      192.168.9.1  Standard',
    ].join('\r\n');
    expect(gatewayOfRoutePrint(routes)).toBe('192.168.1.1');
    expect(gatewayOfRoutePrint('')).toBeNull();
  });
});
