/** What is used here of WebAssembly; the types of the runtime name the module alone. */
declare namespace WebAssembly {
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: object;
  }
  function compile(code: Uint8Array): Promise<Module>;
}
