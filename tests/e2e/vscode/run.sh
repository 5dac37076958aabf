#!/usr/bin/env bash
# Every test of the VS Code extension: units, the suite in a real extension host, and what is on the screen.
# `run.sh PATTERN` runs the test files whose name matches. Screenshots go to $DARNER_ARTEFACTS or a temporary folder.
set -euo pipefail
. "$(dirname "$0")/build.sh"

export NODE_PATH=$PWD/vscode-extension/node_modules
export DARNER_ROOT=$PWD
export DARNER_ARTEFACTS=${DARNER_ARTEFACTS:-$(mktemp -d -t darner-vscode-XXXXXX)}
mapfile -t files < <(find $build/tests -name '*.test.cjs' | grep -E -- "${1:-.}" | sort)
echo "screenshots: $DARNER_ARTEFACTS"
exec timeout --kill-after=20 "${DARNER_PATIENCE:-540}" node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
