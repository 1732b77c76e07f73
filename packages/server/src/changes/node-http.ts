/**
 * What is needed of `node:http`, without an `import`: that one reads all that the module offers, and with it loads the client of
 * `fetch` and WebSockets, 9 MB that nobody uses here.
 */
export const { Agent, request, STATUS_CODES, validateHeaderName, validateHeaderValue } =
  process.getBuiltinModule('node:http');
