import { isIPv4 } from 'node:net';
import { urlOnRouter } from './ssdp.ts';

/** The services that map ports, the best first: UPnP IGD 2, IGD 1, and IGD 1 on PPP lines. */
const SERVICE_TYPES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
];
/** A limit above the services of any router. */
const MAX_SERVICES = 64;

/** A service of the router that maps ports, and its control URL. */
export interface IgdService {
  readonly type: string;
  readonly controlUrl: URL;
}

/** The fault codes that a client can handle (UPnP WANIPConnection 2.4.16, 2.5.16). */
export const FAULT = {
  conflict: 718,
  /** Some routers answer with this general failure if a port is taken. */
  actionFailed: 501,
  onlyPermanentLeases: 725,
} as const;

/** The services of a device description that map ports, the best first. */
export function readDescription(xml: string, location: URL): IgdService[] {
  const routerAddress = location.hostname;
  const base = urlOnRouter(elementText(xml, 'URLBase') ?? '', null, routerAddress) ?? location;
  const services = xml.split(/<(?:[\w-]+:)?service>/, MAX_SERVICES + 1).slice(1);
  const found = services.flatMap((body): IgdService[] => {
    const type = elementText(body, 'serviceType');
    const control = elementText(body, 'controlURL');
    if (type === null || control === null || !SERVICE_TYPES.includes(type)) return [];
    const controlUrl = urlOnRouter(control, base, routerAddress);
    return controlUrl === null ? [] : [{ type, controlUrl }];
  });
  return found.toSorted((a, b) => SERVICE_TYPES.indexOf(a.type) - SERVICE_TYPES.indexOf(b.type));
}

/** The body of a call (UPnP Device Architecture 1.1, section 3.1.1). Values are escaped. */
export function encodeCall(
  serviceType: string,
  action: string,
  values: Readonly<Record<string, string | number>>,
): string {
  const fields = Object.entries(values).map(([name, value]) => `<${name}>${escape(String(value))}</${name}>`);
  return (
    '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
    `<u:${action} xmlns:u="${serviceType}">${fields.join('')}</u:${action}>` +
    '</s:Body></s:Envelope>\r\n'
  );
}

/** The router's external IPv4 address in an answer to GetExternalIPAddress; null if there is none. */
export function readExternalAddress(xml: string): string | null {
  const address = elementText(xml, 'NewExternalIPAddress');
  return address !== null && isIPv4(address) && address !== '0.0.0.0' ? address : null;
}

/** The code of a UPnP fault and the router's description, at most 80 printable characters. */
export function readFault(xml: string): { readonly code: number; readonly description: string } | null {
  const code = elementText(xml, 'errorCode');
  if (code === null || !/^\d{1,4}$/.test(code)) return null;
  const description = elementText(xml, 'errorDescription') ?? '';
  return { code: Number(code), description: description.replace(/[^ -~]/g, '').slice(0, 80) };
}

/** The text of the first element with this local name, whatever its prefix; null if there is none. */
function elementText(xml: string, name: string): string | null {
  const start = new RegExp(`<(?:[\\w-]{1,32}:)?${name}(?:\\s[^<>]*)?>`).exec(xml);
  if (start === null) return null;
  const from = start.index + start[0].length;
  const to = xml.indexOf('<', from);
  return to < 0 ? null : unescape(xml.slice(from, to).trim());
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
