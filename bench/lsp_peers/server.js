// The peer of lsp.py in node: vscode-languageserver with hover and synchronised documents.
const { createConnection, TextDocuments, TextDocumentSyncKind, ProposedFeatures } = require("vscode-languageserver/node");
const { TextDocument } = require("vscode-languageserver-textdocument");

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);

connection.onInitialize(() => ({
  capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, hoverProvider: true },
}));
connection.onHover(() => null);
documents.listen(connection);
connection.listen();
