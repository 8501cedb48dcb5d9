// SPDX-License-Identifier: Apache-2.0
// The TextMate grammar in the engine that editors use: node grammar.js GRAMMAR FOLDER...
// Every shipped map, line by line; a state that is still open at the end of a file means that a rule swallowed what follows.
// Needs vscode-textmate and vscode-oniguruma where node finds modules (NODE_PATH). Prints one JSON object.
const fs = require("fs");
const path = require("path");
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const [grammarFile, ...folders] = process.argv.slice(2);
const wasm = fs.readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm"));
const engine = oniguruma.loadWASM(new Uint8Array(wasm).buffer).then(() => ({
  createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text) => new oniguruma.OnigString(text),
}));
const registry = new textmate.Registry({
  onigLib: engine,
  loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(grammarFile, "utf8"), grammarFile),
});

(async () => {
  const grammar = await registry.loadGrammar("source.sallyport-map");
  const scopes = (line) => {
    const out = {};
    for (const token of grammar.tokenizeLine(line, textmate.INITIAL).tokens)
      out[line.slice(token.startIndex, token.endIndex)] = token.scopes.slice(1).join(" ").replaceAll(".sallyport-map", "");
    return out;
  };
  const result = { files: 0, lines: 0, open: [], bare: [], samples: {} };
  for (const folder of folders)
    for (const name of fs.readdirSync(folder).filter((one) => one.endsWith(".map"))) {
      let state = textmate.INITIAL;
      result.files += 1;
      fs.readFileSync(path.join(folder, name), "utf8").split("\n").forEach((line, at) => {
        result.lines += 1;
        const done = grammar.tokenizeLine(line, state);
        state = done.ruleStack;
        for (const token of done.tokens) {
          const text = line.slice(token.startIndex, token.endIndex);
          if (token.scopes.length === 1 && /[A-Za-z]/.test(text)) result.bare.push(`${name}:${at + 1} ${text.trim()}`);
        }
      });
      if (state.depth !== 1) result.open.push(name);
    }
  for (const line of [
    'replace REF[DP].02 with REF[DP].02 | split "-" <-> (number, refs[location].text)  # why',
    'table uom { CT <-> carton }',
  ])
    result.samples[line] = scopes(line);
  console.log(JSON.stringify(result));
})();
