import { FileTrigger } from 'react-aria-components';
import { Button } from './Button.tsx';

export interface FilePickProps {
  label: string;
  accept: readonly string[];
  /** Called with the text of the chosen file. */
  onText: (text: string) => void;
}

/** A button that lets a person choose a text file. */
export function FilePick({ label, accept, onText }: FilePickProps) {
  return (
    <div>
      <FileTrigger
        acceptedFileTypes={accept}
        onSelect={(files) => {
          const file = files?.[0];
          if (file) void file.text().then(onText);
        }}
      >
        <Button>{label}</Button>
      </FileTrigger>
    </div>
  );
}
