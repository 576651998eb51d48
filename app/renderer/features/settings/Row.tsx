import type { ReactNode } from 'react';
import { LiveRegion } from '../../ui/index.ts';

/** Label and effect at the left, the control at the right, the result below. */
export function Row({
  label,
  hint,
  finding,
  control,
  said,
}: {
  label: string;
  hint: ReactNode;
  /** Why the setting has no effect. */
  finding?: ReactNode;
  control: ReactNode;
  said?: string;
}) {
  return (
    <div className="setting">
      <div className="setting-text">
        <p className="strong">{label}</p>
        <p className="soft small">{hint}</p>
        {finding && <p className="small setting-finding">{finding}</p>}
      </div>
      <div className="setting-control">{control}</div>
      {said !== undefined && (
        <div className="setting-said">
          <LiveRegion>{said}</LiveRegion>
        </div>
      )}
    </div>
  );
}
