import { Slider as AriaSlider, SliderThumb, SliderTrack } from 'react-aria-components';
import './slider.css';

export interface SliderProps {
  /** Read aloud; what it sets is drawn beside it. */
  label: string;
  /** 0 to 1. */
  value: number;
  onChange: (value: number) => void;
  /** Whether what it sets is worth a person or more than that. */
  tone: 'amber' | 'red';
}

/** A share set by hand: drag, arrows, Page Up and Page Down, Home and End. */
export function Slider({ label, value, onChange, tone }: SliderProps) {
  return (
    <AriaSlider
      aria-label={label}
      className={`slider slider-${tone}`}
      minValue={0}
      maxValue={1}
      step={0.01}
      value={value}
      onChange={(next) => onChange(typeof next === 'number' ? next : (next[0] ?? 0))}
      formatOptions={{ style: 'percent' }}
    >
      <SliderTrack className="slider-track">
        <span className="slider-fill" style={{ left: `${value * 100}%` }} aria-hidden="true" />
        <SliderThumb className="slider-thumb" />
      </SliderTrack>
    </AriaSlider>
  );
}
