// Imported first of all: an older Node would stop at something obscure in a later module.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`Tessera needs Node 24 or newer, and this is ${process.versions.node}.\n`);
  process.exit(1);
}
