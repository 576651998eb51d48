import { useEffect, useState } from 'react';
import { listDevices, noDevices, onDevices, type Devices } from './devices.ts';

/** The devices of this machine; `asked` changes when the person may have allowed their use, which reveals their names. */
export function useDevices(asked: unknown): Devices {
  const [devices, setDevices] = useState(noDevices);
  useEffect(() => {
    let here = true;
    const look = () =>
      void listDevices().then(
        (found) => here && setDevices(found),
        () => here && setDevices(noDevices),
      );
    look();
    const stop = onDevices(look);
    return () => {
      here = false;
      stop();
    };
  }, [asked]);
  return devices;
}
