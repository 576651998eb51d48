/** What the models judge, in the order of their outputs. */
export const HEADS = ['spam', 'toxic', 'severe', 'obscene', 'threat', 'insult', 'identity', 'nsfw'] as const;

export type Head = (typeof HEADS)[number];

/** A probability for every head, 0 to 1. */
export type Scores = Readonly<Record<Head, number>>;
