/** A media element that can play to a chosen speaker. */
type Player = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

interface Sound {
  readonly from: string;
  readonly player: Player;
}

/** Plays what others say, whichever room of the console is shown. */
export class Sounds {
  onBlocked: (blocked: boolean) => void = () => undefined;
  readonly #sounds = new Map<string, Sound>();
  readonly #volumes = new Map<string, number>();
  #speaker = '';

  play(track: string, from: string, live: MediaStreamTrack): void {
    const player: Player = new Audio();
    player.autoplay = true;
    player.srcObject = new MediaStream([live]);
    player.volume = this.#volumes.get(from) ?? 1;
    this.#sounds.set(track, { from, player });
    if (this.#speaker !== '') this.#direct(player);
    this.#start(player);
  }

  stop(track: string): void {
    const sound = this.#sounds.get(track);
    if (sound !== undefined) sound.player.srcObject = null;
    this.#sounds.delete(track);
  }

  volume(from: string, volume: number): void {
    this.#volumes.set(from, volume);
    for (const sound of this.#sounds.values()) if (sound.from === from) sound.player.volume = volume;
  }

  speaker(id: string): void {
    this.#speaker = id;
    for (const { player } of this.#sounds.values()) this.#direct(player);
  }

  /** Plays what the browser held back; called by an act of the person. */
  retry(): void {
    this.onBlocked(false);
    for (const { player } of this.#sounds.values()) this.#start(player);
  }

  clear(): void {
    for (const track of this.#sounds.keys()) this.stop(track);
  }

  #start(player: Player): void {
    player.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.onBlocked(true);
    });
  }

  #direct(player: Player): void {
    // A speaker that is gone leaves the sound where the system sends it.
    player.setSinkId?.(this.#speaker).catch(() => undefined);
  }
}
