const RTCP_FIRST = 192;
const RTCP_LAST = 223;
const HALF = 0x80_00;

interface Heard {
  first: number;
  /** With the rollovers. */
  highest: number;
  packets: number;
}

/** Counts what arrives at one receiver, by the sequence numbers of each stream. */
export class Tally {
  readonly #streams = new Map<number, Heard>();

  /** Takes a packet of RTP; anything else is left out. */
  take(packet: Buffer): void {
    if (packet.length < 12 || packet[0]! >> 6 !== 2) return;
    const type = packet[1]!;
    if (type >= RTCP_FIRST && type <= RTCP_LAST) return;
    const ssrc = packet.readUInt32BE(8);
    const sequence = packet.readUInt16BE(2);
    const heard = this.#streams.get(ssrc);
    if (heard === undefined) {
      this.#streams.set(ssrc, { first: sequence, highest: sequence, packets: 1 });
      return;
    }
    heard.packets++;
    const ahead = (sequence - heard.highest) & 0xff_ff;
    if (ahead < HALF) heard.highest += ahead;
  }

  /** Packets that arrived, and those that were missing between the first and the newest of each stream. */
  counts(): { readonly streams: number; readonly received: number; readonly lost: number } {
    let [received, lost] = [0, 0];
    for (const { first, highest, packets } of this.#streams.values()) {
      received += packets;
      lost += Math.max(0, highest - first + 1 - packets);
    }
    return { streams: this.#streams.size, received, lost };
  }
}
