import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { problemOf } from './problem.ts';

test('a connection lost under a subscription is reported as such, not in the words of the transport', () => {
  const error = new Error('[AsyncIdQueue] Queue[6] was closed or aborted while waiting for pulling.');
  error.name = 'AbortError';
  expect(problemOf(error)).toEqual({
    code: 'not-connected',
    message: 'The console has no connection to its node.',
    remedy: 'Check that the node is running. The console reconnects automatically.',
  });
});

test('a fault of the node is a sentence with a remedy, not a code of the transport', () => {
  expect(problemOf(new ORPCError('INTERNAL_SERVER_ERROR'))).toEqual({
    code: 'unexpected',
    message: 'The node could not do this because of a fault in the program.',
    remedy: 'Try again. If it happens again, check the log of this node.',
  });
});
