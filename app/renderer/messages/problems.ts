/** Problems that the console itself reports, when the node could not answer. */
export const problems = {
  notConnected: {
    message: 'The console has no connection to its node.',
    remedy: 'Check that the node is running. The console reconnects automatically.',
  },
  cancelled: { message: 'The call was cancelled.', remedy: null },
  denied: {
    message: 'The node does not recognise this browser.',
    remedy: 'Open the address that the node printed when it started.',
  },
  feedEnded: { message: 'The node stopped sending updates.', remedy: null },
  sampleOnly: {
    message: 'This console shows sample data, which has nothing here.',
    remedy: 'Open the console of a node.',
  },
  noSlot: 'The node reported no block in progress.',
  unexpectedRemedy: 'Try again. If it happens again, check the log of this node.',
} as const;
