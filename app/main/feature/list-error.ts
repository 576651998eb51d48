/** A fault in a list of features: a programming error, found at the start and by a test. */
export class FeatureListError extends Error {
  override readonly name = 'FeatureListError';
  readonly code:
    | 'unknown-need'
    | 'circular-needs'
    | 'claimed-twice'
    | 'reserved-name'
    | 'foreign-step'
    | 'kinds-differ'
    | 'kind-misnamed'
    | 'unknown-version';

  constructor(code: FeatureListError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
