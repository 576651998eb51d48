import { useEffect, useState } from 'react';
import { canEncrypt } from './secrecy/frame-guard.ts';

/** Whether this browser can do what a room needs; null while that is found out. */
export function useCanEncrypt(isNeeded: boolean): boolean | null {
  const [can, setCan] = useState<boolean | null>(null);
  useEffect(() => {
    let isGone = false;
    if (isNeeded)
      void canEncrypt().then((found) => {
        if (!isGone) setCan(found);
      });
    return () => {
      isGone = true;
    };
  }, [isNeeded]);
  return isNeeded ? can : true;
}
