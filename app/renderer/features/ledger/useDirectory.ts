import { useMemo } from 'react';
import { useMembers, useValidators } from '../../stores/index.ts';
import type { Directory } from './body.ts';

/** Handles by identity, of members and validators. */
export function useDirectory(): Directory {
  const members = useMembers().value;
  const validators = useValidators().value;
  return useMemo(
    () =>
      new Map([...(validators ?? []), ...(members ?? [])].map(({ did, handle }) => [did, handle] as const)),
    [members, validators],
  );
}

/** The display name of a person: the handle, else the tail of the identity. */
export const nameOf = (did: string, directory: Directory): string =>
  directory.get(did) ?? `…${did.slice(-8)}`;
