/** The labels of the models, in the order of their outputs. */
export const LABELS = ['spam', 'toxic', 'severe', 'obscene', 'threat', 'insult', 'identity', 'nsfw'] as const;

export type Label = (typeof LABELS)[number];

/** A probability for every label, 0 to 1. */
export type Scores = Readonly<Record<Label, number>>;
