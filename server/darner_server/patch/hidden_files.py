"""Hidden files and folders: some program looks for most of them, and obeys them; listed are those that are harmless."""

from collections.abc import Sequence

from darner_server.patch.lazy_pattern import lazy_pattern


def may_be_obeyed(names: Sequence[str]) -> bool:
    """Whether a path, as lower-case names, has a hidden one of which it is not known that no program runs it."""
    *folders, name = names or ("",)
    hidden = any(each.startswith(".") and each not in _FOLDERS for each in folders)
    return hidden or (name.startswith(".") and name not in _NAMES and not _PATTERNS.fullmatch(name))


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Folders of texts, of a project's own sources, or of what was built.
_FOLDERS = _listed(
    """
    .github .gitlab .changes .changeset .changelog .chloggen .reuse .well-known .docs .images .assets .templates
    .storybook .vitepress .vuepress .docusaurus .dumi .next .nuxt .svelte-kit .astro .angular .expo .build .dist
    .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .nyc_output .ipynb_checkpoints
    """
)
# Files that only a formatter, a linter without plugins, a report or a version switch reads, or git without effect.
_NAMES = _listed(
    """
    .editorconfig .gitkeep .keep .mailmap .gitmessage .git-blame-ignore-revs .gitlint .placeholder .nojekyll
    .browserslistrc .babelrc .babelrc.json .swcrc .jshintrc .jscsrc .htmlhintrc .csslintrc .jsbeautifyrc .nycrc
    .nycrc.json .c8rc.json .mocharc.json .mocharc.yml .mocharc.yaml .dprint.json .tern-project .size-limit.json
    .coveragerc .codecov.yml .codecov.yaml .coveralls.yml .codeclimate.yml .codacy.yml .codacy.yaml .deepsource.toml
    .lgtm.yml .sonarcloud.properties .snyk .nsprc .ncurc.json .all-contributorsrc .zenodo.json .bumpversion.cfg
    .bumpversion.toml .versionrc .versionrc.json .cz.toml .isort.cfg .pydocstyle .pycodestyle .bandit .ruff.toml
    .style.yapf .vale.ini .codespellrc .typos.toml .cspell.json .mdlrc .hadolint.yaml .hadolint.yml .shellcheckrc
    .stylua.toml .swiftformat .swiftlint.yml .swift-format .scalafmt.conf .scalafix.conf .rustfmt.toml .clippy.toml
    .ocamlformat .yardopts .rdoc_options .document .reek.yml .haml-lint.yml .rubocop_todo.yml .luacov .busted
    .dialyzer_ignore .tflint.hcl .terraform.lock.hcl .ansible-lint .ktlint .cirun.yml .release-please-manifest.json
    .golangci.yml .golangci.yaml .golangci.toml .licenserc.yaml .licenserc.json .sops.yaml .pyre_configuration
    """
)
_PATTERNS = lazy_pattern(
    r"\.(?:env(?:\..*)?|\w+-version|nvmrc|prettierrc(?:\.(?:json5?|ya?ml|toml))?|markdownlint.*|yamllint.*"
    r"|clang-(?:format|tidy)|cmake-(?:format|lint)(?:\.ya?ml)?|php(?:cs|stan|unit).*|[\w-]*spell\.ya?ml)"
)
