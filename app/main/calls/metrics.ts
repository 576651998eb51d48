import { gauge, type Metric } from '../kernel/metric.ts';
import type { WorkerLoad } from './ports.ts';
import type { Traffic } from './traffic.ts';

/** Figures of the calls that this node hosts. */
export interface CallFigures {
  readonly rooms: number;
  readonly participants: number;
  readonly producers: number;
  readonly consumers: number;
  readonly traffic: readonly Traffic[];
  readonly workers: readonly WorkerLoad[];
}

/** The metrics of calls. Directions are those of the participants. */
export function callMetrics(figures: CallFigures): Metric[] {
  const { rooms, participants, producers, consumers, traffic, workers } = figures;
  return [
    gauge('impulse_calls', 'Calls that this node hosts now', rooms),
    gauge('impulse_call_participants', 'Participants of the calls that this node hosts', participants),
    gauge('impulse_call_producers', 'Tracks that participants send', producers),
    gauge('impulse_call_consumers', 'Tracks on their way to participants', consumers),
    ...traffic.flatMap(({ direction, bitsPerSecond, lossRate, jitterMs }) => [
      gauge('impulse_call_bytes_per_second', 'Media of all participants', bitsPerSecond / 8, { direction }),
      ...(lossRate === null
        ? []
        : [
            gauge('impulse_call_loss_ratio', 'Packets lost, of the worst connection', lossRate, {
              direction,
            }),
          ]),
      ...(jitterMs === null
        ? []
        : [
            gauge('impulse_call_jitter_seconds', 'Jitter, of the worst connection', jitterMs / 1000, {
              direction,
            }),
          ]),
    ]),
    ...workers.flatMap(({ cpu, consumers: tracks }, at) => [
      gauge('impulse_call_worker_cpu_ratio', 'Share of one core that a media process uses', cpu, {
        worker: String(at),
      }),
      gauge('impulse_call_worker_consumers', 'Tracks that a media process forwards', tracks, {
        worker: String(at),
      }),
    ]),
  ];
}
