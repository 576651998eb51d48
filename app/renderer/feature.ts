import type { ComponentType } from 'react';
import type { Shown } from './stores/index.ts';

/** Items that wait in a room, and how they are read out. */
export interface Badge {
  readonly value: number;
  readonly words: string;
}

/** One setting of a feature, with the text beside it. */
export interface FeatureField {
  /** `feature.setting`, as the contract has them. */
  readonly path: string;
  /** `lines`: a list, one entry per line; `secret`: a text that is not shown. */
  readonly kind: 'text' | 'number' | 'switch' | 'select' | 'lines' | 'secret';
  readonly label: string;
  readonly hint: string;
  readonly unit?: string;
  /** Labels of the choices, by value. */
  readonly options?: Readonly<Record<string, string>>;
}

/** A feature as the console sees it: a room in the navigation, settings, or both. */
export interface ConsoleFeature {
  /** The name of its folder, the first part of its addresses. */
  readonly name: string;
  readonly room?: {
    readonly label: string;
    /** The key that leads there. */
    readonly shortcut: string;
    /** Rooms of a group stand together in the navigation. */
    readonly group: 0 | 1 | 2;
    /** The place within its group, lowest first. */
    readonly place: number;
  };
  /** The room; `path` is the rest of the address. */
  readonly View?: ComponentType<{ path: string[]; features: readonly ConsoleFeature[] }>;
  /** Shown under the header, whichever room is shown. */
  readonly Strip?: ComponentType;
  /** A hook: what waits in the room, or null. */
  readonly useBadge?: (shown: Shown | null) => Badge | null;
  readonly settings?: { readonly title: string; readonly fields: readonly FeatureField[] };
}

/** A mistake in the list of features, found at the start of the console and by a test. */
export class ConsoleFeatureError extends Error {
  override readonly name = 'ConsoleFeatureError';
}

/** Checks a list of features and puts it in the order of the navigation. Throws a {@link ConsoleFeatureError} where two claim a name or a key. */
export function consoleFeatures(features: readonly ConsoleFeature[]): readonly ConsoleFeature[] {
  const owners = new Map<string, string>();
  for (const { name, room } of features) {
    for (const claim of [`name ${name}`, ...(room ? [`key ${room.shortcut}`] : [])]) {
      const other = owners.get(claim);
      if (other !== undefined) {
        throw new ConsoleFeatureError(`The ${claim} is claimed by “${other}” and by “${name}”.`);
      }
      owners.set(claim, name);
    }
  }
  return features.toSorted(
    (a, b) =>
      (a.room?.group ?? 0) - (b.room?.group ?? 0) ||
      (a.room?.place ?? 0) - (b.room?.place ?? 0) ||
      a.name.localeCompare(b.name),
  );
}

/** A feature with a room. */
export type RoomFeature = ConsoleFeature & { readonly room: NonNullable<ConsoleFeature['room']> };

export const withRoom = (features: readonly ConsoleFeature[]): RoomFeature[] =>
  features.filter((feature): feature is RoomFeature => feature.room !== undefined);
