import type { MessageBoxOptions } from 'electron';
import type { ProblemFields } from '../kernel/errors.ts';
import { problem } from './problems.ts';

/** The answers to {@link nodeFailed}, by index of its buttons. */
export const failedAnswers = { retry: 0, folder: 1, quit: 2 } as const;

/** The dialog if the node does not run and is not started again automatically. */
export function nodeFailed(problem: ProblemFields, lastWords: string): MessageBoxOptions {
  const parts = [
    problem.remedy,
    `Code: ${problem.code}`,
    lastWords && `Last words of the node:\n${lastWords}`,
  ];
  return {
    type: 'error',
    title: 'The node does not run',
    message: problem.message,
    detail: parts.filter(Boolean).join('\n\n'),
    buttons: ['Try again', 'Open data folder', 'Quit'],
    defaultId: failedAnswers.retry,
    cancelId: failedAnswers.quit,
    noLink: true,
  };
}

/** The dialog that asks which screen or window is shared; its last button shares none. */
export function screenChoice(names: readonly string[]): MessageBoxOptions {
  return {
    type: 'question',
    title: 'Share your screen',
    message: 'Choose what everybody in the call will see.',
    buttons: [...names, 'Share nothing'],
    defaultId: names.length,
    cancelId: names.length,
    noLink: true,
  };
}

/** The answers to {@link windowGone}, by index of its buttons. */
export const goneAnswers = { reload: 0, close: 1 } as const;

/** The dialog after the page in the window crashed. */
export function windowGone(reason: string): MessageBoxOptions {
  return {
    type: 'warning',
    title: 'The window stopped working',
    message: 'The window stopped working. The node keeps running.',
    detail: `Reason: ${reason}`,
    buttons: ['Reload', 'Close the window'],
    defaultId: goneAnswers.reload,
    cancelId: goneAnswers.close,
    noLink: true,
  };
}

/** The notification of a crash after which the node is started again. */
export function nodeRestarting(delayMs: number, crashes: number): { title: string; body: string } {
  const seconds = Math.max(1, Math.round(delayMs / 1000));
  const { message } =
    crashes === 1
      ? problem.fields('node-restarting', { seconds })
      : problem.fields('node-restarting-again', { seconds, crashes });
  return { title: 'The node stopped unexpectedly', body: message };
}
