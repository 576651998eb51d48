/** Problems that the console itself reports, when the node could not answer. */
export const problems = {
  notConnected: {
    message: 'The console has no connection to its node.',
    remedy: 'Check that the node is running. The console reconnects automatically.',
  },
  cancelled: { message: 'The call was cancelled.', remedy: null },
  denied: {
    message:
      'This tab has no access to the node: the node was started again, or the address was used before.',
    remedy: 'Open the console again with “impulse open”, or start it as you did before.',
  },
  unproven: {
    message: 'Another program answers at this address: it cannot prove that it is your node.',
    remedy: 'Close this tab and enter nothing. Start your node and open the console again.',
  },
  feedEnded: { message: 'The node stopped sending updates.', remedy: null },
  sampleOnly: {
    message: 'This console shows sample data, which has nothing here.',
    remedy: 'Open the console of a node.',
  },
  nodeFailed: 'The node could not do this because of a fault in the program.',
  noSlot: 'The node reported no block in progress.',
  unexpectedRemedy: 'Try again. If it happens again, check the log of this node.',
} as const;
