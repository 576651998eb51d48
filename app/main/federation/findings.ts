import { defineProblems } from '../kernel/problems.ts';

const BEHIND_TWO = 'Ask your provider for a public IPv4 address, or switch the first router to bridge mode.';
const OTHER_PORT = 'Choose another port under Settings, Network: this one may be taken.';
const CONNECT =
  'Take the community out of the archive, or start the node with “impulse serve” if it does not run.';
const JOIN_A_NETWORK = 'Connect this machine to a network.';

const findings = defineProblems('findings', {
  'reached-directly': { message: 'Others can dial this node directly.' },
  'reached-by-relay': { message: 'Others reach this node through a relay.' },
  untested: { message: 'This node has an address on the internet that nobody outside has tested.' },
  offline: { message: 'This node does not listen.', remedy: OTHER_PORT },
  alone: { message: 'This node does not connect to others in this community.', remedy: CONNECT },
  'machine-only': { message: 'Only nodes on this machine can dial this node; it still dials others.' },
  'network-only': { message: 'Nobody outside this network can dial this node; it still dials others.' },

  'listening-loopback': {
    message: 'This node listens on this machine alone.',
    remedy: 'Make an invite for this network or the internet, or change “Listen on” under Settings, Network.',
  },
  'no-network': { message: 'This machine is in no network.', remedy: JOIN_A_NETWORK },
  listening: {
    message: 'The node listens on {count, plural, one {# address} other {# addresses}}.',
  },

  'address-unneeded': { message: 'No address on the internet is needed.' },
  'address-unknown': {
    message: 'This node knows no address of its own on the internet.',
    remedy: 'Enter one under Settings, Network, “Addresses others dial”.',
  },
  'address-failing': {
    message: 'Members outside do not get through to {address}, which the settings name.',
    remedy: 'Check the address and the forwarded port, or remove the address under Settings, Network.',
  },
  'address-told': { message: 'Others are told {address}.' },

  'router-off': { message: 'The router is not asked to forward ports.' },
  'router-searching': { message: 'The router is being asked to forward the ports.' },
  'router-mapped': {
    message: 'The router {gateway} forwards {count, plural, one {# port} other {# ports}}.',
  },
  'router-mapped-unnamed': {
    message: 'The router forwards {count, plural, one {# port} other {# ports}}.',
  },
  'router-refused': {
    message: 'The router answered, but does not forward the port.',
    remedy: 'Allow UPnP or NAT-PMP in the router, or forward the port there by hand.',
  },
  'router-none': {
    message: 'No router answered the request to forward ports.',
    remedy:
      'Forward TCP and UDP port {port} to this machine in the router, and enter its address under Settings, Network.',
  },

  'dialback-reached': { message: 'Members outside dialled this node back and got through.' },
  'dialback-inbound': { message: 'A member outside dialled this node.' },
  'dialback-unneeded': {
    message: 'There is nothing to test while the node listens on this machine alone.',
  },
  'dialback-failed': {
    message: 'Members outside dialled this node back and did not get through.',
    remedy: 'Open the port in the firewall of this machine, and forward it in the router.',
  },
  'dialback-running': {
    message: 'A member outside is testing the addresses of this node.',
    remedy: 'Wait half a minute.',
  },
  'dialback-nobody': {
    message: 'No member outside is connected who could test.',
    remedy: 'Invite someone outside; their node tests this one automatically.',
  },

  'relay-used': {
    message: '{count, plural, one {# relay passes} other {# relays pass}} connections on to this node.',
  },
  'relay-unneeded': { message: 'No relay is needed.' },
  'relay-none': {
    message: 'No member offers a relay.',
    remedy:
      'Ask a member whose node can be dialled to switch on “Relay for members” under Settings, Network.',
  },
  'relay-full': {
    message: 'No relay has a place for this node.',
    remedy: 'Check that the nodes that relay are online; this node asks them again each minute.',
  },

  'direct-unavailable': {
    message: 'Direct connections through routers need a node that listens on the network.',
  },
  'direct-off': { message: 'Direct connections through routers are switched off.' },
  'direct-unneeded': { message: 'This node needs no help with direct connections.' },
  'direct-untranslated': { message: 'No router translates addresses; a firewall lets answers in.' },
  'direct-works': { message: 'The router lets this node and others connect directly.' },
  'direct-symmetric': {
    message:
      'The router uses another port for each destination (symmetric NAT), so most direct connections fail and relays carry them.',
    remedy: 'Forward the port in the router, or switch its NAT to full cone where it offers that.',
  },
  'direct-unknown': {
    message: 'Two members with public addresses must be connected to tell how the router treats UDP.',
  },

  'local-off': { message: 'The node does not search its network for others.' },
  local: {
    message:
      '{count, plural, =0 {The node searches its network for others; none is connected.} one {# node of this network is connected.} other {# nodes of this network are connected.}}',
  },

  'key-single': { message: 'This node is the only one with its key.' },

  'machine-ready': { message: 'Another node on this machine can join.' },
  'network-ready': { message: 'Nodes on the same network can join.' },
  'internet-reached': { message: 'Members outside reached this node: anyone with the link can join.' },
  'internet-relayed': { message: 'Anyone with the link can join through the relay of a member.' },
  'internet-failing': {
    message: 'Members outside do not get through to the address that the settings name.',
  },
  'internet-testing': {
    message: 'This node has an address on the internet; a member outside is testing it.',
  },
  'internet-untested': {
    message:
      'This node has an address on the internet. No member outside is connected yet, so it is not tested.',
  },
  'closed-failed': {
    message: 'Members outside tried the address of this node and did not get through.',
  },
  'closed-behind-two': {
    message:
      'The router forwards the port, but has no address on the internet itself: another router stands before it.',
  },
  'closed-refused': {
    message:
      'The router answered, but does not forward the port: that is switched off there, or another router stands before it.',
  },
  closed: { message: 'This node is behind a router that forwards no port to it.' },
});

const steps = defineProblems('steps', {
  'other-port': { message: OTHER_PORT },
  connect: { message: CONNECT },
  'listen-everywhere': { message: 'Let this node listen on the networks of this machine.' },
  'join-a-network': { message: JOIN_A_NETWORK },
  'check-address': {
    message: 'Check the address under Settings, Network, and the forwarded port in the router.',
  },
  'behind-two': { message: BEHIND_TWO },
  'forward-port': {
    message: 'In the router, forward TCP and UDP port {port} to this machine, or allow UPnP there.',
  },
  'enter-address': {
    message: 'Then enter the router’s public address, or a DNS name for it, as an address that others dial.',
  },
  'behind-two-perhaps': {
    message: `If the router’s own address starts with 10., 100., 172. or 192.168., that does not help. ${BEHIND_TWO}`,
  },
  'use-relay': {
    message:
      'Or have a member with a public address switch on “Relay for members”: this node then uses it automatically.',
  },
  'rent-server': {
    message: 'Or run the first node of the community on a rented server, and join it from here.',
  },
  'firewall-windows': {
    message: 'When Windows asks, allow Impulse Console through the firewall for private and public networks.',
  },
  'firewall-macos': { message: 'When macOS asks, allow Impulse Console to accept incoming connections.' },
  firewall: {
    message: 'If a firewall runs here, open TCP and UDP port {port}; with ufw: sudo ufw allow {port}.',
  },
});

/** A sentence of the doctor or of a report on a reach, with a remedy where a person can act. */
export const findingOf = findings.fields;

/** A step that a report on a reach leaves to a person, in the imperative. */
export const stepOf = steps.fields;
