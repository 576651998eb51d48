import { Component, type ReactNode } from 'react';
import { t } from '../messages/en.ts';
import { Button, Notice } from '../ui/index.ts';

interface BoundaryProps {
  /** A new place resets the boundary. */
  place: string;
  children: ReactNode;
}

interface BoundaryState {
  error: Error | null;
  place: string;
}

/** Keeps a failure of one view from taking down the console, and reports it. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="page">
        <Notice
          severity="danger"
          title={t.shell.crashed}
          live
          action={<Button onPress={() => this.setState({ error: null })}>{t.shell.openAgain}</Button>}
        >
          <p>{t.shell.crashedRemedy}</p>
          <p className="mono small">{error.message}</p>
        </Notice>
      </div>
    );
  }
}
