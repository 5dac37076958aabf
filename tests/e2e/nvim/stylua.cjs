// Prints the Lua files that stylua would write otherwise: node stylua.cjs FILE…, with NODE_PATH set. The settings are
// those of nvim/stylua.toml.
const { readFileSync } = require("node:fs");
const { Config, IndentType, OutputVerification, QuoteStyle, formatCode } = require("@johnnymorganz/stylua");

for (const file of process.argv.slice(2)) {
  const config = Config.new();
  config.column_width = 120;
  config.indent_type = IndentType.Spaces;
  config.indent_width = 2;
  config.quote_style = QuoteStyle.AutoPreferSingle;
  const text = readFileSync(file, "utf8");
  if (formatCode(text, config, undefined, OutputVerification.None) !== text) {
    console.log(file);
  }
}
