"""Files that something else runs or obeys automatically: a patch that changes one does more than it shows."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, cast

from darner_server.patch import hidden_files
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.protected_paths import names

_CI = "a build service runs it"
_EDITOR = "an editor runs or obeys it"
_SHELL = "a shell or a tool runs it by itself"
_GIT = "git or its hooks run or obey it"
_AGENT = "coding agents obey it"
_DARNER = "darner obeys it"
_IGNORE = "it decides what darner and git pass over"
_PYTHON = "Python, pytest or an installation runs it"
_PACKAGE = "installing or building runs what it names"
_INSTALLED = "it is installed code"
_HOME = "a program obeys it by itself"
_HIDDEN = "programs run or obey hidden files by themselves"


def _table(names: Mapping[str, str]) -> Mapping[str, str]:
    return {name: why for why, listed in names.items() for name in listed.split()}


# Names are lower-case, as `names` gives them. A folder counts with all that is in it, wherever it is.
_FOLDERS = _table(
    {
        _CI: """
        .github/workflows .github/actions .gitea/workflows .forgejo/workflows .circleci .buildkite .woodpecker .drone
        .azure-pipelines .azuredevops .pipelines .jenkins .teamcity .tekton .semaphore .builds .travis .cirrus
        .ci .harness .screwdriver .cloudbuild .bitbucket .gitlab/ci .expeditor .concourse
    """,
        _EDITOR: """
        .vscode .vs .idea .run .devcontainer .zed .fleet .helix .nova .theia .settings .vim .nvim .emacs.d
        .gitpod .codesandbox .sublime .lsp .clj-kondo .metals .ionide .lapce .kak .doom.d .spacemacs.d .atom .trunk
    """,
        _GIT: """
        .husky .githooks githooks .hooks git-hooks .git-hooks .lefthook
    """,
        _AGENT: """
        .claude .cursor .codex .gemini .aider .continue .roo .cline .clinerules .windsurf .amazonq .kiro
        .opencode .agents .agent .augment .qodo .trae .junie .goose .copilot .roorules .crush .qwen .factory
        .kilocode .zencoder .tabnine .amp .codebuddy .firebender .pearai
        .github/instructions .github/prompts .github/agents .github/chatmodes .github/hooks
        .github/skills
    """,
        _INSTALLED: """
        node_modules site-packages dist-packages .venv venv .tox .nox
    """,
        _PACKAGE: """
        .cargo .mvn .bundle .yarn .gradle .pip .rustup .cabal .stack .swiftpm gradle/wrapper buildsrc .lein .luarocks
    """,
        _HOME: """
        .config .local .kde library/launchagents library/preferences gdbinit.d .gdbinit.d .subversion
    """,
        _SHELL: """
        .direnv .mise mise .asdf .ipython .jupyter .bashrc.d .bash.d .zshrc.d .zsh .zsh.d .oh-my-zsh .profile.d .elvish
    """,
    }
)
_NAMES = _table(
    {
        _CI: """
        .travis.yml .appveyor.yml appveyor.yml .drone.yml .woodpecker.yml .cirrus.yml .cirrus.star
        bitbucket-pipelines.yml buildspec.yml cloudbuild.yaml cloudbuild.yml codemagic.yaml .zuul.yaml
        wercker.yml screwdriver.yaml .build.yml netlify.toml vercel.json render.yaml .readthedocs.yml
        .readthedocs.yaml codefresh.yml circle.yml .semaphore.yml dependabot.yml dependabot.yaml .mergify.yml
        renovate.json renovate.json5 .renovaterc .renovaterc.json .taskcluster.yml .evergreen.yml .prow.yaml
        amplify.yml heroku.yml railway.json railway.toml .releaserc .releaserc.json .releaserc.yml .releaserc.yaml
        .goreleaser.yml .goreleaser.yaml .mega-linter.yml
    """,
        _EDITOR: """
        .devcontainer.json .nvim.lua .nvimrc .exrc .vimrc .gvimrc _vimrc _exrc .lvimrc .lnvim.lua .local.vimrc
        .vim-bookmarks .dir-locals.el .dir-locals-2.el .emacs .kakrc .gitpod.yml .ycm_extra_conf.py .lldbinit
        .gdbinit .projections.json coc-settings.json .neoconf.json .luarc.json .lazy.lua .replit
        .vimspector.json session.vim devfile.yaml replit.nix
        .spacemacs .emacs.el .eslintrc .eslintrc.json .eslintrc.yml .eslintrc.yaml .rubocop.yml
        .solargraph.yml eslint.config.js eslint.config.mjs eslint.config.cjs eslint.config.ts
        prettier.config.js prettier.config.mjs prettier.config.cjs prettier.config.ts .pylintrc pylintrc
        .stylelintrc .stylelintrc.json .stylelintrc.yml .stylelintrc.yaml stylelint.config.js stylelint.config.mjs
        stylelint.config.cjs .flake8 mypy.ini .mypy.ini .php-cs-fixer.php .php-cs-fixer.dist.php .luacheckrc
        .formatter.exs .lintr .merlin hie.yaml omnisharp.json config.nims .emacs.desktop
    """,
        _SHELL: """
        .envrc .envrc.local
        .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile
        .zlogin .zlogout .kshrc .cshrc .tcshrc .login config.fish .inputrc .tmux.conf
        .autoenv .env.zsh .screenrc .curlrc .wgetrc .xinitrc .pdbrc .pythonrc .irbrc .pryrc .rprofile .renviron
        .direnvrc .ghci .ocamlinit ipython_config.py
        .julia_startup.jl .psqlrc .sqliterc .mylogin.cnf .netrc desktop.ini autorun.inf .p4config p4config.txt
        .xprofile .xsession .xsessionrc .xserverrc .pam_environment .bash_completion .mailcap .forward .procmailrc
        .muttrc .xonshrc .lesskey .lessfilter .octaverc .sbclrc .guile .iex.exs .ansible.cfg ansible.cfg .tigrc
        .ackrc .ripgreprc .rspec .proverc .perltidyrc
        .user.ini .htaccess profile.ps1 microsoft.powershell_profile.ps1 microsoft.vscode_profile.ps1
    """,
        _GIT: """
        .gitattributes .gitmodules .gitconfig .lfsconfig .jjconfig.toml .hgrc .hgsub .hgeol .pre-commit-config.yaml
        .pre-commit-config.yml .pre-commit-hooks.yaml .overcommit.yml lefthook.yml lefthook.yaml lefthook.toml
        lefthook.json lefthook-local.yml .lefthook.yml .lefthook.yaml .lefthook.toml .lintstagedrc .huskyrc
        .simple-git-hooks.json .simple-git-hooks.js .simple-git-hooks.cjs captainhook.json grumphp.yml hk.pkl
        prek.toml head commondir gitdir .arcconfig .arclint .reviewboardrc
    """,
        _AGENT: """
        agents.md agent.md claude.md claude.local.md gemini.md copilot-instructions.md .mcp.json mcp.json
        .cursorrules .windsurfrules .clinerules .roorules .roomodes .goosehints .aider.conf.yml
        .aider.model.settings.yml .rules warp.md qwen.md crush.json .crush.json opencode.json opencode.jsonc
        .opencode.json skill.md agents.override.md codex.md crush.md firebender.json .llmrules
    """,
        _DARNER: """
        .darner.toml
    """,
        _IGNORE: """
        .aiexclude
    """,
        _PYTHON: """
        conftest.py setup.py sitecustomize.py usercustomize.py noxfile.py hatch_build.py pdm_build.py pip.conf
        pip.ini
    """,
        _PACKAGE: """
        build.rs binding.gyp extconf.rb .npmrc .pnp.loader.mjs
        .yarnrc .yarnrc.yml .pnp.cjs .pnpmfile.cjs pnpmfile.js .bunfig.toml
        bunfig.toml gradle-wrapper.properties init.gradle gradlew gradlew.bat mvnw mvnw.cmd
        buildout.cfg directory.build.props directory.build.targets directory.build.rsp directory.solution.props
        directory.solution.targets .sbtopts .jvmopts .bazelrc .bazeliskrc .buckconfig rust-toolchain
        rust-toolchain.toml nuget.config .gemrc install.ps1 .condarc
    """,
    }
)
_PATTERNS = (
    (lazy_pattern(r".*\.gitlab-ci\.ya?ml|azure-pipelines.*\.ya?ml|jenkinsfile.*|.*\.jenkinsfile"), _CI),
    (lazy_pattern(r".*\.code-workspace|.*\.sublime-(?:project|workspace)|.*\.iml|.*\.fleet"), _EDITOR),
    (lazy_pattern(r"(?:\.lintstagedrc|lint-staged\.config|\.?commitlint(?:rc|\.config)?)\..*"), _GIT),
    (lazy_pattern(r"\.[\w-]+rc\.[cm]?[jt]s"), _EDITOR),
    (lazy_pattern(r"\.?(?:mise|rtx)(?:\.[\w-]+)*\.toml"), _SHELL),
    (lazy_pattern(r"\.[\w-]*ignore"), _IGNORE),
    (lazy_pattern(r".*\.(?:scf|url|lnk|library-ms|searchconnector-ms)"), _HOME),
    (lazy_pattern(r".*\.pth|.*\.egg-link|jupyter(?:_\w+)?_config\.(?:py|json)"), _PYTHON),
    (lazy_pattern(r".*\.(?:instructions|prompt|chatmode|agent)\.md|.*\.mdc"), _AGENT),
)  # fmt: skip


def trigger(path: str, before: str | None, after: str | None) -> str | None:
    """Return what runs or obeys a file that a patch creates, changes or removes; None if nothing does by itself.

    Of files that are data and programs at once (package.json) only a change of what is run counts.
    """
    parts = names(path)
    for at in range(len(parts) - 1):
        found = _FOLDERS.get(parts[at]) or (
            _FOLDERS.get(f"{parts[at]}/{parts[at + 1]}") if at + 2 < len(parts) else None
        )
        if found is not None:
            return found
    name = parts[-1] if parts else ""
    if name in _GIT_SETTINGS and any(_SECTION.search(text) for text in (before, after) if text):
        return _GIT
    if name in _MANIFESTS:
        read, keys = _MANIFESTS[name]
        return None if _run_by(read, keys, before) == _run_by(read, keys, after) else _PACKAGE
    listed = _NAMES.get(name) or next((why for pattern, why in _PATTERNS if pattern.fullmatch(name)), None)
    return listed or (_HIDDEN if hidden_files.may_be_obeyed(parts) else None)


def _cargo_settings(text: str) -> dict[str, Any]:
    """A Cargo.toml; of one that Python cannot read, the lines that may name a build script."""
    try:
        return tomllib.loads(text)
    except ValueError:
        return {"package": {"build": re.findall(r"^.*\bbuild\b.*$", text, re.MULTILINE)}}


# A folder with HEAD, config, objects and refs is a repository to git, whatever it is called: its settings run programs.
_GIT_SETTINGS = frozenset({"config", "config.worktree"})
_SECTION = lazy_pattern(r"^[ \t\ufeff]*\[[ \t]*\w", re.MULTILINE)
_MANIFESTS: Mapping[str, tuple[Callable[[str], Any], tuple[str, ...]]] = {
    "package.json": (
        json.loads,
        ("scripts", "husky", "lint-staged", "simple-git-hooks", "gitHooks", "pre-commit", "packageManager", "gypfile",
         "eslintConfig", "stylelint", "prettier", "commitlint", "pnpm", "trustedDependencies"),
    ),
    "composer.json": (json.loads, ("scripts",)),
    "deno.json": (json.loads, ("tasks",)),
    "deno.jsonc": (json.loads, ("tasks",)),
    "cargo.toml": (_cargo_settings, ("package.build", "lib.proc-macro")),
    "pyproject.toml": (
        tomllib.loads,
        ("build-system", "tool.poe", "tool.taskipy", "tool.pdm.scripts", "tool.pdm.build", "tool.hatch.build",
         "tool.hatch.envs", "tool.poetry.build", "tool.tox", "tool.pixi.tasks", "tool.darner",
         "tool.mypy.plugins", "tool.pylint"),
    ),
}  # fmt: skip


def _run_by(read: Callable[[str], Any], keys: tuple[str, ...], text: str | None) -> object:
    """What of a manifest is run; the whole text of one that cannot be read."""
    if text is None:
        return {}
    try:
        data = read(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return text
    return {key: value for key in keys if (value := _at(data, key)) is not None}


def _at(data: object, key: str) -> object:
    for part in key.split("."):
        data = cast("dict[str, object]", data).get(part) if isinstance(data, dict) else None
    return data
