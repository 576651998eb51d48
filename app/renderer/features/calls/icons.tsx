/** Outlines on a grid of 20, drawn in the colour of the text. */
const paths = {
  microphone:
    'M10 2.5a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0V5A2.5 2.5 0 0 1 10 2.5zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5M7 17.5h6',
  microphoneOff:
    'M12.5 7.5V5a2.5 2.5 0 0 0-4.6-1.3M7.5 7.5V10a2.5 2.5 0 0 0 4 2M4.5 9.5a5.5 5.5 0 0 0 9 4.2M15.5 9.5a5.5 5.5 0 0 1-.5 2.2M10 15v2.5M7 17.5h6M3 3l14 14',
  camera: 'M2.5 5.5h10v9h-10zM12.5 9l5-3v8l-5-3',
  cameraOff: 'M6 5.5h6.5V12M12.5 9l5-3v8l-3-1.8M12 14.5H2.5v-9H3M3 3l14 14',
  screen: 'M2.5 3.5h15v10h-15zM7 16.5h6M10 13.5v3M10 11V6M7.8 8 10 5.8 12.2 8',
  hand: 'M6 10.5V5.2a1.2 1.2 0 0 1 2.4 0V9M8.4 9V3.7a1.2 1.2 0 0 1 2.4 0V9M10.8 9V4.7a1.2 1.2 0 0 1 2.4 0V10M13.2 10V7a1.2 1.2 0 0 1 2.3 0v5c0 3.3-1.8 5.5-5 5.5-2.6 0-3.8-1.2-5-3.3L3.7 11a1.2 1.2 0 0 1 2-1.2L7 11.5',
  smile:
    'M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM6.8 11.5c.7 1.5 1.8 2.2 3.2 2.2s2.5-.7 3.2-2.200M7.5 7.500v.8M12.5 7.500v.8',
  chat: 'M3 3.500h14v10H9.500L5.5 17v-3.500H3z',
  people:
    'M7.5 4a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.400zM2.5 16c0-3 2-4.6 5-4.600s5 1.6 5 4.600M13 4.400a2.5 2.5 0 0 1 0 4.600M14.5 11.700c2 .5 3 2 3 4.3',
  grid: 'M3 3.500h6v5.500H3zM11 3.500h6v5.500h-6zM3 11h6v5.500H3zM11 11h6v5.500h-6z',
  spotlight: 'M2.5 3.500h15v8.500h-15zM2.5 14h4v2.500h-4zM8 14h4v2.500H8zM13.5 14h4v2.500h-4z',
  devices: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  leave: 'M11.5 3.500h-7v13h7M8.5 10h9M14.5 7l3 3-3 3',
  lock: 'M4.5 9h11v8h-11zM7 9V6.500a3 3 0 0 1 6 0V9',
  pin: 'M7 3h6M8 3v5l-2.5 3h9L12 8V3M10 11v6',
  more: 'M4 9.200h1.600v1.600H4zM9.2 9.200h1.600v1.600H9.200zM14.4 9.200H16v1.600h-1.600z',
} as const;

export type IconName = keyof typeof paths;

/** A picture beside a word, or inside something that has a name. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="calls-icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

const grades = { good: 3, fair: 2, poor: 1, unknown: 0 } as const;

/** Three bars, as many of them filled as the connection is good; its owner says the grade in words. */
export function QualityBars({ grade }: { grade: keyof typeof grades }) {
  return (
    <svg className={`quality quality-${grade}`} viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          x={bar * 5 + 0.5}
          y={8 - bar * 3.5}
          width="3"
          height={3.5 + bar * 3.5}
          className={bar < grades[grade] ? 'quality-on' : 'quality-off'}
        />
      ))}
    </svg>
  );
}
