import { useId } from 'react';
import { Button, Key } from '../../ui/index.ts';

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: T[]) => void;
  /** Shows the number key of each choice. */
  readonly numbered?: boolean;
  readonly autoFocus?: boolean;
}

/** A group of toggle buttons. */
export function Choices<T extends string>(props: ChoicesProps<T>) {
  const { label, options, chosen, onChange, numbered = false, autoFocus = false } = props;
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} className="picks">
      <span id={id} className="field-label">
        {label}
      </span>
      <div className="picks-all">
        {options.map((option, n) => {
          const on = chosen.includes(option.value);
          return (
            <Button
              key={option.value}
              className="pick-one"
              aria-pressed={on}
              autoFocus={autoFocus && n === 0}
              onPress={() =>
                onChange(on ? chosen.filter((one) => one !== option.value) : [...chosen, option.value])
              }
            >
              {numbered && <Key shortcut={String(n + 1)} />}
              <span aria-hidden="true" className="pick-tick mono">
                {on ? '×' : ' '}
              </span>
              {option.label}
            </Button>
          );
        })}
      </div>
    </div>
  );
}
