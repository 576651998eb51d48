import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the models: beside the bundle, or in the checkout. */
export function modelsFolder(): string {
  const places = [
    join(import.meta.dirname, '../../resources/models'),
    join(import.meta.dirname, '../../../resources/models'),
  ];
  return places.find((place) => existsSync(place)) ?? places[0]!;
}
