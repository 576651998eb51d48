import { useEffect, useState } from 'react';
import { calls as words } from '../../messages/calls.ts';
import type { Secrecy } from './secrecy/secrecy.ts';

/** [CE9] What a screen reader is told of the verification words: the first ones, and every change. */
export function useSaidWords(secrecy: Secrecy | null): string {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (secrecy === null) return;
    let last = '';
    const tell = () => {
      const list = secrecy.view.getState().words;
      if (list === null || list.join(' ') === last) return;
      setSaid(last === '' ? words.secrecy.said(list) : words.secrecy.saidAgain(list));
      last = list.join(' ');
    };
    tell();
    return secrecy.view.subscribe(tell);
  }, [secrecy]);
  return said;
}
