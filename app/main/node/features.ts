import { featureList } from '../feature/index.ts';
import * as listed from './feature-list.ts';

/** Every feature of a node, in the order in which they start. */
export const features = featureList(Object.values(listed));
