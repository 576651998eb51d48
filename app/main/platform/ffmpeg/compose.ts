import { rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Composition, CompositionPlan, PlannedTrack } from '../../calls/adapter-ports.ts';
import { Problem } from '../../kernel/errors.ts';
import { Ffmpeg } from './process.ts';
import { problem } from './problems.ts';

const FRAMES_PER_SECOND = 20;

/** Makes one WebM file of tracks. See {@link Composition}. */
export function compose(
  bin: string,
  plan: CompositionPlan,
  onProgress: (share: number) => void,
): Composition {
  let run: Ffmpeg | null = null;
  let isCancelled = false;
  const work = async () => {
    const part = `${plan.output}.part`;
    try {
      const tracks = await withContent(plan.tracks);
      if (tracks.length === 0) throw problem('composing-failed', { reason: 'there are no tracks' });
      if (isCancelled) throw problem('composing-cancelled');
      await writeFile(part, '', { mode: 0o600 });
      run = new Ffmpeg(bin, composeArgs({ ...plan, tracks, output: part }), (line) => {
        const [, us] = /^out_time_us=(\d+)/.exec(line) ?? [];
        if (us !== undefined) onProgress(Math.min(1, Number(us) / 1000 / plan.lengthMs));
      });
      run.yieldToOthers();
      const { code } = await run.ended;
      if (isCancelled) throw problem('composing-cancelled');
      if (code !== 0) throw Problem.of(run.failure('composing-failed'));
      await rename(part, plan.output);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  };
  const done = work();
  done.catch(() => {});
  return {
    done,
    cancel() {
      isCancelled = true;
      run?.kill();
    },
  };
}

/** A track whose writer died early may have left nothing. */
async function withContent(tracks: readonly PlannedTrack[]): Promise<PlannedTrack[]> {
  const sizes = await Promise.all(
    tracks.map(({ path }) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return tracks.filter((_, at) => sizes[at]! > 0);
}

/** The arguments for ffmpeg: sounds are mixed at their times, pictures laid on a black ground in their tiles. */
export function composeArgs({ tracks, lengthMs, width, height, output }: CompositionPlan): string[] {
  const seconds = (lengthMs / 1000).toFixed(3);
  const sounds = tracks.flatMap(({ kind, offsetMs }, n) => (kind === 'audio' ? [{ n, offsetMs }] : []));
  const pictures = tracks.flatMap(({ tile, offsetMs }, n) => (tile === null ? [] : [{ n, tile, offsetMs }]));
  const steps: string[] = [];
  for (const { n, offsetMs } of sounds) {
    // Nothing comes while somebody is silent or muted; the gaps are filled, so that what follows stays in its place.
    steps.push(
      `[${n}:a]aresample=48000:async=1:first_pts=0,aformat=channel_layouts=stereo,adelay=${offsetMs}:all=1[a${n}]`,
    );
  }
  if (sounds.length > 0) {
    const all = sounds.map(({ n }) => `[a${n}]`).join('');
    steps.push(
      `${all}amix=inputs=${sounds.length}:duration=longest:normalize=0,alimiter=level=0,apad=whole_dur=${seconds},atrim=end=${seconds}[sound]`,
    );
  }
  let ground = 'ground';
  if (pictures.length > 0) {
    steps.push(
      `color=black:s=${width}x${height}:r=${FRAMES_PER_SECOND}:d=${seconds},format=yuv420p[${ground}]`,
    );
  }
  for (const { n, tile, offsetMs } of pictures) {
    const fit = `scale=${tile.width}:${tile.height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
    const pad = `pad=${tile.width}:${tile.height}:-1:-1`;
    const shift = `setpts=PTS-STARTPTS+${(offsetMs / 1000).toFixed(3)}/TB`;
    steps.push(`[${n}:v]fps=${FRAMES_PER_SECOND},${fit},${pad},setsar=1,format=yuv420p,${shift}[v${n}]`);
    steps.push(`[${ground}][v${n}]overlay=${tile.x}:${tile.y}:format=yuv420:eof_action=pass[on${n}]`);
    ground = `on${n}`;
  }
  const inputs = tracks.flatMap(({ path }) => ['-i', path]);
  const picture =
    pictures.length === 0
      ? ''
      : `-map [${ground}] -c:v libvpx -deadline realtime -cpu-used 16 -b:v 1500k -lag-in-frames 0 -g ${FRAMES_PER_SECOND * 4}`;
  const sound = sounds.length === 0 ? '' : '-map [sound] -c:a libopus -b:a 96k';
  const general = words('-loglevel error -progress pipe:1 -y');
  const end = words(`-t ${seconds} -f webm`);
  return general.concat(
    inputs,
    '-filter_complex',
    steps.join(';'),
    words(picture),
    words(sound),
    end,
    output,
  );
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
