"""Files whose names or contents say that they hold secrets. They never leave the machine."""

import re

_NAMES = re.compile(
    r"""
    \.env(?:\.(?!(?:example|sample|template|dist|defaults?)$).*)? | .*\.env
    | .*\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|tfstate(?:\.backup)?|tfvars|ovpn|mobileprovision)
    | id_(?:rsa|dsa|ecdsa|ed25519)(?:[._-].*)? (?<!\.pub)
    | \.(?:netrc|npmrc|pypirc|pgpass|my\.cnf|htpasswd|git-credentials|dockercfg|s3cfg|boto)
    | _netrc | htpasswd | credentials(?:\.(?:json|ya?ml|toml|ini|csv|xml))?
    | (?:client_)?secrets?(?:[._-][\w-]+)?\.(?:json|ya?ml|toml|ini|txt|env|properties)
    | service[_-]?account.*\.json | .*-firebase-adminsdk-.*\.json | master\.key | vault(?:[._-]pass(?:word)?)(?:\.txt)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".azure", ".kube", ".docker", ".gcloud"})
_CONTENT = (  # compiled when first used: few texts are suspect
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----[\r\n]+[A-Za-z0-9+/=\r\n:, -]{100}"
    r"|\bAKIA[0-9A-Z]{16}\b(?<!EXAMPLE)|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{60,}"
    r"|\bxox[baprs]-[0-9]{8,}-[0-9A-Za-z-]{20,}|\bsk_live_[0-9A-Za-z]{20,}|\bcsk-[0-9a-z]{40,}\b|\bAIza[0-9A-Za-z_-]{35}\b"
)
_SIGNS = (
    "PRIVATE KEY",
    "AKIA",
    "github_pat_",
    "xox",
    "sk_live_",
    "csk-",
    "AIza",
)  # a quick look first
_GITHUB = re.compile(r"gh[pousr]_")  # quicker than five signs


def secret_name(path: str) -> bool:
    """Whether the path alone marks the file as secret."""
    *folders, name = path.split("/")
    return bool(_NAMES.fullmatch(name)) or not _FOLDERS.isdisjoint(folders)


def secret_content(text: str) -> bool:
    """Whether the text holds a private key or a token that some service would accept."""
    return suspect(text) and re.search(_CONTENT, text) is not None


def suspect(text: str) -> bool:
    """Whether a closer look is called for; for a part of a text take `LONGEST` more characters to each side."""
    return any(sign in text for sign in _SIGNS) or _GITHUB.search(text) is not None


LONGEST = max(map(len, _SIGNS))
