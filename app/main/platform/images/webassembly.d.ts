/** The parts of WebAssembly used here; the runtime's types declare only the module. */
declare namespace WebAssembly {
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: object;
  }
  function compile(code: Uint8Array): Promise<Module>;
}
