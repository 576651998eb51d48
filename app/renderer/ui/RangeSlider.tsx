import { Slider as AriaSlider, SliderThumb, SliderTrack } from 'react-aria-components';
import './slider.css';

export interface RangeSliderProps {
  label: string;
  /** Accessible names of the lower and the upper thumb. */
  thumbs: readonly [string, string];
  /** 0 to 1 each, the lower first. */
  value: readonly [number, number];
  onChange: (thumb: 0 | 1, value: number) => void;
}

/**
 * Two bounds on one scale: attention from the round thumb on, danger from the square one on. Drag, arrows,
 * Page Up and Page Down, Home and End.
 */
export function RangeSlider({ label, thumbs, value, onChange }: RangeSliderProps) {
  const [low, high] = value;
  return (
    <AriaSlider
      aria-label={label}
      className="slider"
      minValue={0}
      maxValue={1}
      step={0.01}
      value={[low, high]}
      onChange={(next) => {
        const [first = low, second = high] = typeof next === 'number' ? [next] : next;
        if (first !== low) onChange(0, first);
        else if (second !== high) onChange(1, second);
      }}
      formatOptions={{ style: 'percent' }}
    >
      <SliderTrack className="slider-track">
        <span
          className="slider-fill slider-amber"
          style={{ left: `${low * 100}%`, right: `${(1 - high) * 100}%` }}
          aria-hidden="true"
        />
        <span className="slider-fill slider-red" style={{ left: `${high * 100}%` }} aria-hidden="true" />
        <SliderThumb index={0} className="slider-thumb" aria-label={thumbs[0]} />
        <SliderThumb index={1} className="slider-thumb slider-square" aria-label={thumbs[1]} />
      </SliderTrack>
    </AriaSlider>
  );
}
