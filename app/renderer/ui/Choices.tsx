import type { ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import './choices.css';

export interface ChoicesProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly {
    value: T;
    title: string;
    /** One sentence on the consequence of the choice. */
    means: ReactNode;
    /** A badge beside the title. */
    badge?: ReactNode;
  }[];
  /** Two columns if there is room. */
  beside?: boolean;
  isDisabled?: boolean;
}

/** A radio group whose options each have a visible explanation. Arrow keys choose. */
export function Choices<T extends string>(props: ChoicesProps<T>) {
  const { label, value, onChange, options, beside, isDisabled } = props;
  return (
    <RadioGroup
      value={value}
      onChange={(picked) => {
        const option = options.find((one) => one.value === picked);
        if (option) onChange(option.value);
      }}
      isDisabled={isDisabled ?? false}
      className={`choices ${beside ? 'choices-beside' : ''}`}
    >
      <Label className="strong">{label}</Label>
      {options.map((option) => (
        <Radio key={option.value} value={option.value} className="choice">
          <span className="choice-mark" aria-hidden="true" />
          <span className="choice-text">
            <span className="choice-head">
              <span className="strong">{option.title}</span> {option.badge}
            </span>{' '}
            <span className="choice-means">{option.means}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
