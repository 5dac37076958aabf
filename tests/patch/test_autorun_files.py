import pytest

from darner_server.patch.autorun_files import trigger

RUN = (
    ".github/workflows/ci.yml", ".GitHub/Workflows/CI.yml", "sub/.github/workflows/x.yaml", ".github/actions/a/action.yml",
    ".gitlab-ci.yml", "ci/test.gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", "azure-pipelines-nightly.yaml", "Jenkinsfile",
    "Jenkinsfile.release", ".travis.yml", "bitbucket-pipelines.yml", ".buildkite/pipeline.yml", ".drone.yml", ".woodpecker/x.yml",
    ".forgejo/workflows/x.yml", "netlify.toml",
    ".vscode/tasks.json", ".vscode/settings.json", "sub/.vscode/launch.json", "a.code-workspace", ".idea/workspace.xml",
    ".devcontainer/devcontainer.json", ".devcontainer.json", ".zed/settings.json", ".zed/tasks.json", ".fleet/run.json", ".nvim.lua",
    ".exrc", ".vimrc", ".dir-locals.el", ".run/x.run.xml", ".helix/languages.toml",
    ".gitattributes", ".gitmodules", ".husky/pre-commit", ".githooks/pre-push", "lefthook.yml", ".pre-commit-config.yaml",
    ".lintstagedrc.json", ".hgrc",
    "conftest.py", "tests/conftest.py", "CONFTEST.PY", "setup.py", "sitecustomize.py", "usercustomize.py", "x.pth", "noxfile.py",
    "node_modules/a/index.js", ".venv/lib/python3.12/site-packages/a.py", "build.rs", ".npmrc", ".cargo/config.toml", ".yarnrc.yml",
    ".envrc", ".bashrc", "home/.zshrc", ".profile", "mise.toml", ".gdbinit",
    ".claude/settings.json", ".claude/commands/x.md", ".cursor/rules/x.mdc", ".cursorrules", ".mcp.json", "AGENTS.md", "sub/AGENTS.md",
    "CLAUDE.md", "GEMINI.md", ".github/copilot-instructions.md", ".windsurfrules", ".gemini/settings.json", ".codex/config.toml",
    ".eslintrc.js", ".prettierrc.cjs", "eslint.config.mjs", "prettier.config.js", ".pylintrc", ".ghci", ".ocamlinit", ".direnvrc",
    "ipython_config.py", ".ipython/profile_default/startup/x.py", ".config/autostart/x.desktop", ".config/systemd/user/x.service", ".spacemacs",
    ".darner.toml", ".gitignore", "sub/.gitignore", ".darnerignore", ".dockerignore", ".envrc ", ".vscode./tasks.json", ".g\u200bitignore",
    ".config/darner/config.toml", "home/.config/git/config", ".config/python_keyring/keyringrc.cfg", ".config/environment.d/a.conf",
    ".local/share/applications/a.desktop", "Library/LaunchAgents/a.plist", ".bashrc.d/a.sh", ".oh-my-zsh/custom/a.zsh", ".xsessionrc",
    ".pam_environment", ".gradle/init.d/a.gradle", "ansible.cfg", ".forward", ".eslintrc.json", ".rubocop.yml", ".pnp.cjs",
    ".prettierignore", ".vercelignore", ".rgignore", ".emacs.el", ".lsp/config.edn", "profile.ps1",
    "vendor/x/HEAD", "x/commondir", "mise.local.toml", ".mise.prod.toml", "mise/config.toml", ".envrc.local", ".flake8", "mypy.ini",
    "stylelint.config.mjs", ".php-cs-fixer.dist.php", ".luacheckrc", ".formatter.exs", "hie.yaml", ".merlin", "omnisharp.json",
    "config.nims", ".emacs.desktop", "rust-toolchain.toml", "gradlew", "mvnw.cmd", ".bazelrc", ".sbtopts", "Directory.Build.rsp",
    ".reviewboardrc", ".arcconfig", ".user.ini", "public/.htaccess", ".rspec", ".Renviron", ".mergify.yml", ".github/dependabot.yml",
    ".ssh/config", "home/.ssh/authorized_keys", ".gnupg/gpg.conf", ".docker/config.json", ".openhands/setup.sh", ".idx/dev.nix",
    ".stackblitzrc", "devfile.yaml", ".devfile.yaml", ".tool-versions", ".xmonad/xmonad.hs", ".i3/config", ".hammerspoon/init.lua",
    ".wezterm.lua", ".task/hooks/on-add", ".mc/menu", ".latexmkrc", ".chezmoiscripts/run_x.sh", ".unheard-of", "sub/.unheard/of.md",
    ".github/.x/y.yml", "jupyter_server_config.py", "Session.vim", "replit.nix", ".bowerrc", ".GiThUb/workflows./x.yml", ".warp/rules.md",
    "renovate.json", ".releaserc.json", ".trunk/trunk.yaml", ".amp/settings.json", "docs/a.url", "a.library-ms",
)  # fmt: skip
DAILY = (
    "a.py", "Makefile", "README.md", ".github/ISSUE_TEMPLATE/bug.md", ".github/CODEOWNERS", "docs/agents.rst", "src/setup.ts",
    "src/hooks/useCart.ts", "vite.config.ts", "Dockerfile", "docker-compose.yml", "requirements.txt", "Cargo.toml", "go.mod", "tsconfig.json",
    ".editorconfig", "tests/test_conftest.py", "my_setup.py", "package-lock.json", "src/rules/a.json", "workflows/ci.yml", "idea/x.xml",
    "vscode/settings.json", "claude.py", "pom.xml", "CMakeLists.txt", "setup.cfg", "src/.env.example", "node_modules.md", "config/app.toml", "src/local/a.py", "library/a.py", "profile.py",
    ".nvmrc", ".python-version", ".coveragerc", ".clang-format", ".prettierrc.yaml", ".markdownlint.json", ".env", ".gitkeep", ".mailmap",
    ".storybook/main.ts", "docs/.vitepress/config.ts", ".changeset/a.md", ".well-known/security.txt", ".github/FUNDING.yml", ".golangci.yml",
    ".scalafmt.conf", ".babelrc", ".codecov.yml", "a.b/c.d",
    "src/ignore.ts", "docs/gitignore", ".prettierrc", "src/head.py", "HEAD.md", "config", "config/app.ini", "src/mise.py", "mypy.py", "url.py",
)  # fmt: skip


@pytest.mark.parametrize("path", RUN)
def test_what_something_runs_or_obeys(path: str) -> None:
    assert trigger(path, None, "x") is not None
    assert trigger(path, "x", None) is not None


@pytest.mark.parametrize("path", DAILY)
def test_daily_work(path: str) -> None:
    assert trigger(path, "x", "y") is None


NPM = '{"name": "a", "scripts": {"test": "x"}, "dependencies": {"b": "1"}}'


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        ("package.json", NPM, NPM.replace('"1"', '"2"'), False),
        ("package.json", NPM, NPM.replace('"x"', '"curl"'), True),
        ("package.json", NPM, NPM.replace('"test"', '"postinstall"'), True),
        ("package.json", NPM, NPM.replace('"scripts"', '"other"'), True),
        ("package.json", NPM, NPM[:-1], True),
        ("package.json", None, NPM, True),
        ("package.json", None, '{"name": "a"}', False),
        ("package.json", "{", "{ ", True),
        ("sub/Package.json", NPM, NPM.replace('"x"', '"y"'), True),
        ("composer.json", '{"scripts": {}}', '{"scripts": {"post-install-cmd": "x"}}', True),
        ("pyproject.toml", "[project]\nname = 'a'\n", "[project]\nname = 'b'\n", False),
        ("pyproject.toml", "", "[build-system]\nrequires = ['x']\n", True),
        ("pyproject.toml", "", "[tool.poe.tasks]\na = 'b'\n", True),
        ("pyproject.toml", "[tool]\nruff = 1\n", "[tool]\nruff = 2\n", False),
        ("deno.json", "{}", '{"tasks": {"a": "b"}}', True),
        ("package.json", "[" * 100_000, "[]", True),
        ("package.json", NPM, NPM.replace('"scripts"', '"gypfile": true, "scripts"'), True),
        ("Cargo.toml", "[package]\nname = 'a'\n", "[package]\nname = 'b'\n", False),
        ("Cargo.toml", "[package]\nname = 'a'\n", "[package]\nname = 'a'\nbuild = 'x.rs'\n", True),
        ("Cargo.toml", "[package\n", "[package\nbuild = 'x.rs'\n", True),
        ("pyproject.toml", "", "[tool.mypy]\nplugins = ['a.py']\n", True),
        ("x/config", None, "[core]\n\tfsmonitor = x\n", True),
        ("x/config.worktree", "  [ core ]\n", None, True),
        ("x/config", None, "host = [core]\n", False),
    ],
)
def test_data_that_is_a_program_in_part(path: str, before: str | None, after: str | None, told: bool) -> None:
    assert (trigger(path, before, after) is not None) == told
