import { t } from '../../messages/en.ts';
import { bytes, milliseconds, percent } from '../../messages/format.ts';
import type { Shown } from '../../stores/index.ts';
import { Meter, Panel } from '../../ui/index.ts';
import { LedgerLine } from './LedgerLine.tsx';

const words = t.overview.health;
/** Traffic that fills the bar: ten megabytes a second, because the capacity of the uplink is not known. */
const fullTraffic = 10 * 1024 * 1024;
/** Event loop delay that people notice. */
const slowLoopMs = 100;

/** The node’s use of its machine. */
export function HealthPanel({ shown }: { shown: Shown }) {
  const { health } = shown.node;
  const { counts, databaseBytes } = shown.community;
  const disk = health.diskUsedBytes + health.diskFreeBytes;
  return (
    <Panel title={words.title} className="health">
      <div className="health-bars">
        <Meter
          label={words.cpu}
          share={health.cpu}
          words={percent(health.cpu)}
          warnFrom={0.9}
          warning={words.high}
        />
        <Meter
          label={words.memory}
          share={health.memoryTotalBytes > 0 ? health.memoryBytes / health.memoryTotalBytes : 0}
          words={bytes(health.memoryBytes)}
          warnFrom={0.5}
          warning={words.high}
        />
        <Meter
          label={words.disk}
          share={disk > 0 ? health.diskUsedBytes / disk : 0}
          words={disk > 0 ? percent(health.diskUsedBytes / disk) : '–'}
          warnFrom={0.85}
          warning={words.high}
        />
        <Meter
          label={words.uplink}
          share={health.sentBytesPerSecond / fullTraffic}
          words={t.shell.bytesPerSecond(health.sentBytesPerSecond)}
        />
        <Meter
          label={words.downlink}
          share={health.receivedBytesPerSecond / fullTraffic}
          words={t.shell.bytesPerSecond(health.receivedBytesPerSecond)}
        />
        <Meter
          label={words.loop}
          share={health.loopDelayMs / slowLoopMs}
          words={milliseconds(health.loopDelayMs)}
          warnFrom={1}
          warning={words.high}
        />
      </div>
      <p className="soft small mono health-foot">{words.database(bytes(databaseBytes), counts.events)}</p>
      <LedgerLine />
    </Panel>
  );
}
