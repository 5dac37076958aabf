"""Files with the names of files for secrets. They never leave the machine."""
# ruff: noqa: E501 - names of a kind are on a line

import re
import unicodedata
from functools import lru_cache

_KEPT = 4_096  # names whose verdicts are remembered: a scan meets most of them many times
_KEYS = re.compile(
    r"""
    .*\.(?:pem|key|p8|p12|pfx|pkcs12|jks|jceks|bks|keystore|keytab|kdbx?|psafe3|ppk|asc|gpg|skr|agekey|snk|ovpn|nmconnection
          |mobileprovision|provisionprofile|publishsettings|keychain(?:-db)?|agilekeychain)
    | id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?(?:[._-].*)? (?<!\.pub) | id_[\w-]+ | ssh_host_\w+_key | AuthKey_\w+
    | secring\..* | key[34]\.db | logins\.json | signons\.sqlite | cookies\.sqlite | \.erlang\.cookie | \.[XI](?:CE)?authority
    | wg(?:-\w+|[0-9]+)(?:[._-].*)?\.conf | g?shadow-? | master\.key
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMES = re.compile(
    r"""
    # settings of the environment
    \.env(?:rc)?(?:[._-].*)?(?<!\.ts)(?<!\.js)(?<!\.py)(?<!\.rb)(?<!\.go)(?<!\.md) | .+\.env(?:rc)? | \.dev\.vars(?:\..*)? | \.?secrets?(?:[._-][\w-]+)*\.(?:json|ya?ml|toml|ini|txt|env|properties|conf|cfg|xml|csv|php)
    | (?:[\w.-]+[._-])?secrets?\.(?:json|ya?ml|toml|ini|txt|properties) | \.secrets?
    # clouds, clusters and what is deployed there
    | (?:[\w.]+[._-])?credentials?(?:[_-]\w+)?(?:\.(?:json|ya?ml|toml|ini|csv|xml|txt|db|cfg|conf|properties|tfrc\.json))?
    | \.?kube-?config(?:[._-].*)?(?<!\.go)(?<!\.py)(?<!\.ts)(?<!\.js)(?<!\.rs)(?<!\.md)(?<!\.java)(?<!\.rb)(?<!\.sh) | .*[._-]kubeconfig(?:\.ya?ml)? | .*\.kubeconfig
    | client_secrets?.*\.json | .*service[._-]?account(?:[._-]?key)?.*\.json | .*firebase-adminsdk.*\.json | google-services\.json
    | GoogleService-Info\.plist | application_default_.*\.json | gcloud-service-key.* | (?:accessTokens|azureProfile)\.json | msal_token_cache.*
    | local\.settings\.json | .*\.tfstate(?:\..*)? | .*\.tfvars(?:\.json)? | \.terraformrc | terraform\.rc | \.vault[_-]?token
    | \.?vault(?:[._-]?pass(?:word)?)(?:[._-]?file)?(?:\.\w+)? | \.(?:s3cfg|boto|passwd-s3fs|databrickscfg|oci|doctl|ibmcloud|edgerc|dockercfg|dockerconfigjson)
    | rclone\.conf | \.rclone\.conf | kaggle\.json | ngrok\.ya?ml | \.ngrok\.ya?ml | \.sentryclirc | \.flyrc | \.wakatime\.cfg | \.twilio-cli.*
    # packages and hosts of code
    | \.(?:netrc|npmrc|pypirc|git-credentials|gitcookies|composer-auth\.json|nugetrc|hgrc|yarnrc\.npm) | _netrc | auth\.json | settings-security\.xml
    | \.?credentials\.toml
    # databases
    | \.(?:pgpass|my\.cnf|mylogin\.cnf|mongorc\.js|dbshell|cqlshrc) | pgpass\.conf | \.?robomongo(?:rc|\.json) | credentials-config\.json
    # what was typed
    | \.[\w-]*(?:history|histfile|_hist)(?:\.(?:txt|db|sqlite))? | (?:fish|ghci|cqlsh|irb|pry|bash|zsh|psql|mysql|sqlite|python|ipython|ConsoleHost|duckdb)_history(?:\.txt|\.sqlite)?
    | \.Rhistory | \.lesshst | \.viminfo | \.wget-hsts | repl_history\.jl
    # passwords, tokens and sessions
    | \.?(?:htpasswd|htdigest)(?:[._-].*)? | (?:access[_-]?|refresh[_-]?|auth[_-]?|oauth2?[_-]?|api[_-]?)?token\.(?:json|txt|pickle|ya?ml) | \.(?:access[_-]?|api[_-]?)?tokens?
    | \.?(?:api[_-]?keys?|passwords?|passwd|passphrase)(?:\.(?:txt|csv|json|ya?ml|ini|kdbx))? | [\w.-]*cookies?\.txt | cookies\.json | \.cookies?
    | storage[_-]?state\.json | sasl_passwd | \.(?:msmtprc|fetchmailrc|mbsyncrc|offlineimaprc|getmailrc|smbcredentials|cifscredentials|authinfo)
    | wpa_supplicant(?:-\w+)?\.conf | \.?sftp(?:-config)?\.json | \.(?:ftpconfig|ftppass|remote-sync\.json) | (?:sitemanager|recentservers|filezilla)\.xml
    | (?:key|keystore|signing|release-signing)\.properties | initialAdminPassword
    | (?:ipsec|\.?rsyncd)\.secrets | (?:chap|pap)-secrets | krb5cc_\w+ | \.Renviron | \.?pg_service\.conf | \.odbc\.ini | WinSCP\.ini | wallet\.dat
    | UTC--.* | private[_-]?key(?:\.txt)? | deploy[_-](?:key|rsa) | (?:[\w-]+[_-])?recovery[_-]codes\.txt | (?:[\w.-]+_)?(?:accessKeys|rootkey)\.csv
    | \.?(?:github|gitlab|slack|openai|anthropic|hf|npm|pypi)[_-](?:access[_-]|api[_-])?(?:token|key)(?:\.txt)? | secrets?\.(?:sh|ps1|zsh|fish)
    | .*\.postman_environment\.json | http-client\.private\.env\.json | cypress\.env\.json | .*\.pubxml\.user | .*\.pkcs8 | dataSources(?:\.local)?\.xml
    | \.?ansible[_-]vault(?:[_-]pass(?:word)?)?(?:\.txt)? | g(?:cp|cloud)[_-]key\.json | azureauth\.json
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PATHS = re.compile(
    r"""(?:^|/)(?:
    \.git/(?:.*/)?(?:config(?:\.worktree)?|credentials|FETCH_HEAD) | \.hg/hgrc | \.svn/auth/.* | config/database(?:\.local)?\.ya?ml
    | \.m2/settings\.xml | \.bundle/config | \.cargo/config\.toml | \.gem/\w+ | \.config/(?:gh|hub|glab-cli|rclone|gcloud|doctl|op|github-copilot|stripe|configstore|age|sops|darner
          |google-chrome[\w-]*|chromium|BraveSoftware|microsoft-edge[\w-]*|vivaldi|Signal|Slack|discord|1Password|Bitwarden[\w ]*|keepassxc|filezilla)(?:/.*)?
    | \.local/(?:share|state)/(?:keyrings|kwalletd|darner|TelegramDesktop)/.* | Library/Application\ Support/(?:darner|Google|Signal|Slack|1Password|Bitwarden)/.*
    | \.subversion/auth/.* | \.dbt/profiles\.yml | \.gradle/gradle\.properties | \.fly/config\.yml | \.config/solana/id\.json
    | secrets?/(?!(?:makefile|dockerfile|readme|licen[cs]e|build|justfile)(?:\.txt)?$)[\w-]+(?:\.txt)? | sops/age/keys\.txt | (?:wireguard|openvpn)/.*\.conf | etc/(?:g?shadow|sudoers)-? | \.circleci/cli\.yml | \.snowsql/config | \.mc/config\.json
    | \.huggingface/token | \.cache/huggingface/token | \.jupyter/.*\.json | \.ipython/.*history.* | \.codex/auth\.json | \.claude/\.credentials\.json
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_FOLDERS = frozenset(
    [
        ".ssh",
        ".mozilla",
        ".thunderbird",
        ".electrum",
        ".bitcoin",
        ".ethereum",
        ".aws",
        ".gnupg",
        ".azure",
        ".kube",
        ".docker",
        ".gcloud",
        ".oci",
        ".password-store",
        ".cloudflared",
        ".pulumi",
        ".secrets",
        ".envs",
        ".env.d",
        ".auth",
        ".rclone",
        ".kaggle",
        "keychains",
    ]
)
_EXAMPLE = re.compile(
    r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist|schema)(?:[._-]|$)|defaults?(?:\.\w+)?$", re.IGNORECASE
)
_WORDS = frozenset(
    ["locale", "locales", "i18n", "l10n", "lang", "langs", "language", "languages", "translations", "intl", "messages"]
)  # a site's texts
_COPY = re.compile(
    r"(?:~|[._-](?:bak|backup|old|orig|save|saved|copy|swp|swo|tmp|txt|dpkg-\w+|rpmsave|[0-9]{1,8}))+$", re.IGNORECASE
)
# What a desktop adds to the name of a copy, before the ending or after it: " (1)", " copy 2", " - Copy", " (copy)".
_DESKTOP_COPY = re.compile(
    r"(?:[ _](?:- )?(?:copy|kopie)(?: [0-9]+)?|[ _]?\((?:[0-9]+|copy|kopie)\))+(?=\.\w+$|$)", re.IGNORECASE
)


def secret_name(path: str) -> bool:
    """Whether the path alone marks the file as secret; a copy under such a name is as secret as its original."""
    folder, slash, name = path.rpartition("/")
    original = _original(name)
    return _marked(folder, slash, name) or (original != name and _marked(folder, slash, original))


def _marked(folder: str, slash: str, name: str) -> bool:
    said = _said(name)
    if said is True or _is_secret(folder):
        return True
    if said is None:
        return not (name.endswith((".json", ".yml", ".yaml")) and not _WORDS.isdisjoint(folder.split("/")))
    return _PATHS.search(f"{folder}{slash}{name}") is not None and not _EXAMPLE.search(name)


@lru_cache(_KEPT)
def _original(name: str) -> str:
    """The name that a disk may take this one for, without what marks a copy (an editor's #name# too)."""
    if not name.isascii():
        folded = unicodedata.normalize("NFKC", name)
        name = "".join([each for each in folded if unicodedata.category(each) not in {"Cf", "Cc", "Mn"}])
    name = name.partition(":")[0].rstrip(". ").removesuffix("#").removeprefix("#")
    return _COPY.sub("", _DESKTOP_COPY.sub("", name)).rstrip(". ")


@lru_cache(_KEPT)
def _said(name: str) -> bool | None:
    """True: it is the name of a key; None: it is that of a secret, but for texts of a site; False: neither."""
    if _KEYS.fullmatch(name):
        return True
    return None if _NAMES.fullmatch(name) and not _EXAMPLE.search(name) else False


@lru_cache(_KEPT)
def _is_secret(folder: str) -> bool:
    return not _FOLDERS.isdisjoint([each.rstrip(". ") for each in folder.lower().split("/")])
