/** Makes a feature’s procedures over sample data, from its part of the implemented contract. */
// oxlint-disable-next-line typescript/no-explicit-any -- each feature knows its own part
export type FakeProcedures = (os: any) => object;
export type Fakes = Readonly<Record<string, FakeProcedures>>;
