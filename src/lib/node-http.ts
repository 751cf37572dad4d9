/**
 * Node's HTTP. An import of `node:http` reads every export, and one of them loads the whole of `fetch`: 6 MB and a
 * tenth of the start in each process. So whoever needs more than its types takes it from here.
 */

/** The module `node:http`. */
export const http = process.getBuiltinModule('node:http');
