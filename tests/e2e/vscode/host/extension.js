// The part of the Python extension's API that darner asks for. `active` is set by the tests.

const vscode = require("vscode");

const changed = new vscode.EventEmitter();
const api = {
  active: undefined,
  choose(path) {
    api.active = path;
    changed.fire({ path });
  },
  environments: {
    getActiveEnvironmentPath: () => ({ path: api.active ?? "" }),
    resolveEnvironment: async ({ path }) => (path ? { executable: { uri: vscode.Uri.file(path) } } : undefined),
    onDidChangeActiveEnvironmentPath: changed.event,
  },
};

exports.activate = () => api;
