"""What is found in a text as a secret, and what is not."""

import re

import pytest
from tests.context.secret_samples import key_block, made

from darner_context.secrets.file_names import secret_name
from darner_context.secrets.scanner import holds_key, secret_lines, secrets_of

# kind, name that it is given, value
KINDS = """
AWS access key | AWS_KEY | AKIA{U16}
AWS access key | AWS_KEY | ASIA{U16}
aws key | AWS_SECRET_ACCESS_KEY | {b40}
GitHub token | TOKEN | ghp_{A36}
GitHub token | TOKEN | github_pat_{A22}_{A59}
GitLab token | TOKEN | glpat-{w19}7
Slack token | BOT | xoxb-{d12}-{d12}-{A24}
Stripe key | STRIPE | rk_live_{A24}
OpenAI key | LLM | sk-proj-{w74}T3BlbkFJ{w74}
Anthropic key | LLM | sk-ant-api03-{w93}AA
Hugging Face token | HF | hf_{A34}
Google API key | MAPS | AIza{w35}
Google OAuth secret | CLIENT | GOCSPX-{w28}
Azure AD secret | APP | {A3}8Q~{w34}
npm token | NPM | npm_{A36}
PyPI token | PYPI | pypi-AgEIcHlwaS5vcmc{w120}
SendGrid key | MAIL | SG.{w22}.{w43}
Twilio key | TWILIO | SK{h32}
Mailgun key | MAILGUN | key-{h32}
DigitalOcean token | DO | dop_v1_{h64}
Shopify token | SHOP | shpat_{h32}
Databricks token | DB | dapi{h32}
Vault token | VAULT | hvs.{w95}
Grafana token | GRAFANA | glsa_{A32}_{h8}
Telegram bot token | BOT | {d10}:AA{w33}
JSON web token | SESSION | eyJhbGciOiJIUzI1NiJ9.eyJ{w60}.{w43}
age key | AGE | AGE-SECRET-KEY-1{U58}
password in a URL | DATABASE_URL | postgres://app:{A14}@db.acme.internal:5432/app
password | DB_PASSWORD | {A7}!{A6}
API key | ACME_API_KEY | {A32}
secret | OAUTH_CLIENT_SECRET | {A40}
key | JWT_SIGNING_KEY | {h64}
heroku key | HEROKU_API_KEY | {h8}-{h4}-{h4}-{h4}-{h12}
"""
FORMS = [
    'NAME = "VALUE"', "NAME='VALUE'  # note", "export NAME=VALUE", "name: VALUE", '  "name": "VALUE",', "[main]\nname = VALUE",
    'const name: string = "VALUE";', 'private static final String NAME = "VALUE";', 'name := "VALUE"', 'pub const NAME: &str = "VALUE";',
    "$name = 'VALUE';", "  'name' => 'VALUE',", "define('NAME', 'VALUE');", '#define NAME "VALUE"', "// NAME=VALUE", "# name: VALUE",
    'os.environ["NAME"] = "VALUE"', 'getenv("NAME", "VALUE")', 'client(name="VALUE")', "- name: NAME\n  value: VALUE", 'name = (\n  "VALUE"\n)',
]  # fmt: skip


@pytest.mark.parametrize("row", KINDS.strip().split("\n"))
def test_kinds_in_their_forms(row: str) -> None:
    kind, name, template = row.split(" | ")
    for number, form in enumerate(FORMS):
        value = made(template, number)
        text = (
            "x = 1\n" + form.replace("NAME", name).replace("name", name.lower()).replace("VALUE", value) + "\ny = 2\n"
        )
        found = secrets_of(text)
        assert [each.kind for each in found] == [kind], text
        hidden = text[found[0].start : found[0].end]
        assert hidden == (re.findall(r":([^:@]+)@", value)[0] if "://" in value else value)


EDGES = [
    "\\nVALUE\\n",
    "\\x1b[0mVALUE",
    "\\x1b[31mVALUE",
    "\\u003dVALUE\\u0026",
    "a%3DVALUE%26b",
    "\\tVALUE",
    "<a>VALUE</a>",
    "(VALUE)",
    "**VALUE**",
]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(
    "template",
    ["ghp_{A36}", "{A14}.atlasv1.{A67}", "{d10}:AA{w33}", "{h32}-us12", "{A3}8Q~{w34}", "glpat-ab_cd-efghijklmnopqrs", "hvs.{w90}"],
)  # fmt: skip
def test_tokens_beside_what_is_written_out(edge: str, template: str) -> None:
    value = made(template)
    text = f"x = 1\ny = '{edge.replace('VALUE', value)}'\n"
    assert [text[each.start : each.end] for each in secrets_of(text)] == [value]


# what stands before a password, <, and what stands behind it
PLACES = """
mysql -u root -p< db
mysqldump --host=db -uapp -p< shop > shop.sql
sshpass -p '<' ssh deploy@host
sshpass -p< scp a b
docker login -u app -p < registry.acme.io
podman login registry.acme.io --username app -p "<"
curl -uadmin:< https://acme.io
curl -s -u 'admin:<' https://acme.io
dsn := "app:<@tcp(db.acme.io:3306)/shop"
jdbc:oracle:thin:scott/<@db.acme.io:1521:shop
CREATE USER app IDENTIFIED BY '<';
create user app@'%' identified by "<"
postgres://app:Q/<@db.acme.io/shop
postgres://app:Q@<@db.acme.io/shop
kennwort: <
passwort = '<'
contraseña = '<'
contrasena: "<"
mot_de_passe = '<'
senha = "<"
"{\\"password\\": \\"<\\"}"
password = os.environ.get("PW") or '<'
const password = process.env.PW || '<'
$password = $given ?? '<';
const password = live ? '<' : undefined
ALTER ROLE app WITH PASSWORD '<';
SET PASSWORD = PASSWORD('<');
$s = ConvertTo-SecureString "<" -AsPlainText -Force
ConvertTo-SecureString -String '<' -AsPlainText
bindpw <
requirepass "<"
redis-server --requirepass <
masterauth <
    psk="<"
erl -sname a -setcookie <
smtp.login('me@acme.io', '<')
| password | `<` |
# the password is <
The password is: "<".
Cookie: theme=dark; session_id=Q1w2E3r4T5<
let password = r#"<"#;
let password: &str = r"<";
let password = ##"<"##
Dim password As String = "<"
Private Const DbPassword as string = "<"
std::string password{"<"};
auto db_password { "<" };
static const QString password{ u"<" };
openssl enc -aes-256-cbc -k <
openssl rsa -in key.pem -passin pass:< -out plain.pem
"""


@pytest.mark.parametrize("place", PLACES.strip().split("\n"))
def test_passwords_in_commands_and_other_languages(place: str) -> None:
    value = made("{A4}7{A7}")
    text = f"first = 1\n{place.replace('<', value)}\nlast = 2\n"
    (found,) = secrets_of(text)
    assert text[found.start : found.end].endswith(value)


@pytest.mark.parametrize(
    "line",
    [
        "password: hunter2hunter", "DB_PASSWORD=hunter2hunter", "export DB_PASS=hunter2hunter", "<password>hunter2hunter</password>",
        "password = hunter2hunter", "password = 'schlüssel99X!'", "SECRET_KEY = '9x@k#2m!q$w%e^r&t*y(u)i_o+p=a-s0d1f2g3h4j5'",
    ],
)  # fmt: skip
def test_passwords_that_look_like_names(line: str) -> None:
    assert len(secrets_of(f"first = 1\n{line}\nlast = 2\n")) == 1


@pytest.mark.parametrize("label", ["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PRIVATE KEY"])
def test_private_keys_line_by_line(label: str) -> None:
    block = key_block(label)
    body = block[1:-1]
    for text in (
        "\n".join(block),
        "\r\n".join(block),
        "key: |\n" + "".join(f"  {each}\n" for each in block),
        'KEY = "' + "\\n".join(block) + '"',
        "KEY = (\n" + "".join(f'    "{each}\\n"\n' for each in block) + ")",
        "const key = [\n" + ",\n".join(f"  '{each}'" for each in block) + "\n];",
        "".join(f"# {each}\n" for each in block),
        "\n".join((block[0], "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0011223344556677", "", *block[1:])),
        "\n".join(block[:-1]),
    ):
        assert [text[each.start : each.end] for each in secrets_of(text)] == body, text
        assert holds_key(text)
    putty = "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 8\n" + "\n".join(body[:8])
    assert [putty[each.start : each.end] for each in secrets_of(putty)] == body[:8]


ORDINARY = [
    'password = "password"', 'password = os.environ["PASSWORD"]', "password: ${DB_PASSWORD}", "api_key = '<your-api-key>'",
    "API_KEY=your-api-key", "token: changeme", 'secret = "xxxxxxxxxxxxxxxxxxxxxxxx"', "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
    "apiKey: process.env.API_KEY", 'password_hint = "Please enter a password"', 'SECRET_KEY = get_secret_v2("session-key-1")',
    "postgres://user:password@localhost/db", "postgres://postgres:postgres@localhost:5432/test", "https://user:${TOKEN}@host/x",
    f'commit = "{made("{h40}")}"', f'"integrity": "sha512-{made("{b86}")}=="', f'sha256: "{made("{h64}")}"', f'cache_key = "{made("{h32}")}"',
    f'id = "{made("{h8}-{h4}-4{h3}-{h4}-{h12}")}"', f'public_key = "{made("{b86}")}"', f"uses: actions/checkout@{made('{h40}')}",
    f'token_hash = "{made("{h64}")}"', "-----BEGIN PUBLIC KEY-----\n" + made("{b64}") + "\n-----END PUBLIC KEY-----\n",
    "private_key: ed25519.Ed25519PrivateKey", "key = getUserNameFromBase64Value2(token)", "tokens = 2*maxTokens + minTokens1",
    'assert password != "Wrong password 1"', 'if header == "PRIVATE KEY":', "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n",
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", 'token = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"', "x-api-key: {api_key}",
    'sort_key = "user_id_2024_01_01_created"', "keyboard = 'qwerty1234567890'", "git@github.com:acme/app.git", "monkey_patch_v2 = True",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_no_secret(text: str) -> None:
    assert secrets_of(f"first = 1\n{text}\nlast = 2\n") == ()


def test_the_lines_of_secrets_by_every_line_end() -> None:
    token = made("ghp_{A36}")
    for end in ("\n", "\r\n", "\r"):
        text = end.join(("a", "", f"t = '{token}'", f"u = '{token}'", "b"))
        assert secret_lines(text) == {3: "GitHub token", 4: "GitHub token"}


HELD = (
    ".env .env.local prod.env .envrc kubeconfig kubeconfig.yaml dev-kubeconfig.yml .kube/config google-services.json .vault-token "
    "local.settings.json config/database.yml auth.json .composer/auth.json rclone.conf wg0.conf .sentryclirc .bash_history .psql_history "
    ".node_repl_history token.json cookies.txt .git/config sub/.git/config .ssh/config .npmrc .pypirc .netrc .zsh_history terraform.tfstate "
    "terraform.tfstate.backup prod.tfvars .htpasswd id_rsa id_deploy id_ed25519 credentials .aws/credentials gcp-credentials.json "
    "client_secret_1.json service-account.json serviceAccountKey.json server.pem a.p12 vpn.ovpn .pgpass secrets.yaml app-secrets.yml "
    "master.key GoogleService-Info.plist .git-credentials kaggle.json fish_history settings-security.xml .config/gh/hosts.yml "
    ".env~ .env.bak server.key.bak id_rsa.old server.pem.orig credentials.json.old kubeconfig~ .npmrc.20240101 ipsec.secrets chap-secrets "
    ".pg_service.conf wallet.dat private_key.txt deploy_key accessKeys.csv .github_token openai_api_key.txt secrets.sh x.postman_environment.json "
    "access_token.txt passwords.txt key.properties vault_pass.txt .dev.vars .cargo/credentials.toml application_default_credentials.json "
    ".config/darner/config.toml home/.local/state/darner/servers/a.json .config/Signal/config.json .config/google-chrome-beta/Default/a.json "
    ".mozilla/firefox/a/prefs.js .thunderbird/a.json .electrum/wallets/w .local/share/keyrings/login.keyring .config/1Password/a.json "
    ".envs/.production/.django .env.d/local secrets/db_password secrets/db_password.txt .netrc.txt server.key.txt #.env# .env::$DATA "
    ".\uff45nv .env\u200b id_rsa\u200b .\u2024env"
)
HELD_WITH_BLANKS = [
    ".env ",
    ".ssh /config",
    ".env (1)",
    ".env copy",
    ".env copy 2",
    ".env - Copy (2)",
    "id_rsa (1)",
    "credentials (2).json",
    "a (copy).pem",
]
SHOWN = (
    ".env.example .env.sample .env.template .envrc.example config/database.example.yml credentials.py secrets.py token.ts tokens.json "
    "tokenizer.json package.json settings.json src/kubeconfig.go history.py HISTORY.md id_map.py env.py environment.ts key.py "
    "locales/en/auth.json password.py cookies.ts main.tf id_rsa.pub .gitignore .github/workflows/ci.yml Dockerfile .git/COMMIT_EDITMSG "
    "a.py.bak main.c~ README.old notes-2024 keyboard.old private_key.py deploy_key.rb secrets.go recovery_codes.py .env.example.bak "
    "secrets_test.py .env.d.ts wp-config.php identity.json src/auth/index.ts secrets.tf "
    "secrets/README secrets/__init__.py secrets/Makefile na\u00efve.py \u65e5\u672c.py"
)
SHOWN_WITH_BLANKS = ["main (1).py", "a copy.ts", "token (2).ts"]


def test_files_that_are_secret_by_their_names() -> None:
    assert [name for name in (*HELD.split(), *HELD_WITH_BLANKS) if not secret_name(name)] == []
    assert [name for name in (*SHOWN.split(), *SHOWN_WITH_BLANKS) if secret_name(name)] == []


@pytest.mark.parametrize(
    "text",
    [
        "a1" * 400_000, "sk-" * 200_000, "mysql " * 90_000, "curl -u " * 60_000, "://a:" + "b@" * 200_000, "password: a " * 40_000,
        "sshpass -p" * 40_000, "password is Aa1" * 40_000, ".login(a, 'Aa1" * 40_000, "cookie: sess" * 40_000, "nemonic: abc " * 40_000, "docker login " * 40_000, "%3D" * 200_000, "password:'" * 40_000, "://a:b" * 100_000 + "@", "-----BEGIN RSA PRIVATE KEY-----\n" * 10_000,
        "-" * 500_000 + "PRIVATE KEY", "password='" + "changeme" * 40 + "!Q'", "password='" + "x" * 390 + "Q1!'", "key" + "=" * 500_000 + "a1" * 9,
    ],
)  # fmt: skip
def test_no_text_holds_it_up(text: str) -> None:
    assert len(secrets_of(text)) <= 1


PARTS = [
    't = "<" + "<"', "t = '<' . '<';", 't = "<" "<"', 't = ("<"\n     "<")', "const t = '<' +\n  '<';", "t = '<' + \\\n    '<'", 't = "<" \\\n    "<"', 'local t = "<" .. "<"',
    't := "<" +\n\t"<"', "SELECT '<' || '<'", 'Dim t = "<" & "<"', 't = f"<" f"<"', '#define T "<" "<"',
]  # fmt: skip


@pytest.mark.parametrize("form", PARTS)
@pytest.mark.parametrize(
    "template", ["ghp_{A36}", "glpat-{w19}7", "sk-ant-api03-{w93}AA", "AKIA{U16}", "{d10}:AA{w33}"]
)
def test_a_token_in_strings_that_are_joined(form: str, template: str) -> None:
    value = made(template)
    for cut in (len(value) // 2, len(value) // 3):
        text = "x = 1\n" + form.replace("<", value[:cut], 1).replace("<", value[cut:], 1) + "\ny = 2\n"
        found = [text[each.start : each.end] for each in secrets_of(text)]
        assert found == [each for each in (value[:cut], value[cut:]) if len(each) >= 6], text


def test_a_password_beside_what_it_is_joined_with() -> None:
    value = made("{A9}7")
    for text in (
        f'url = "postgres://app:" + "{value}" + "@db.acme.io/app"',
        f'password = "{value[:5]}!" + "{value[5:]}Q1"',
    ):
        kept = text
        for each in reversed(secrets_of(f"{text}\n")):
            kept = kept[: each.start] + kept[each.end :]
        assert value[5:] not in kept


@pytest.mark.parametrize(
    "text",
    [
        'x = "some/long/path/to/a-file-2024" + "/and-another-part-of-it-17"',
        'names = ["token-1", "token-2", "token-3", "glpat-", "ghp_", "sk-"]',
        'message = "the key is missing in " + "config-file-v2.yaml"',
        'print("AKIA" + "-is-a-prefix")',
        'key = "user:" + "profile:" + "v2"',
    ],
)
def test_strings_that_are_joined_and_are_no_token(text: str) -> None:
    assert secrets_of(f"{text}\n") == ()


# what stands between the quotes or behind the sign, and whether it is a password
WORDS = [
    ('password = "<"', "correct horse battery staple", True), ("DB_PASSWORD='<'", "tiger lamp ocean bright", True),
    ('"passphrase": "<",', "purple monkey dishwasher", True), ('password: "<"', "correct-horse-battery-staple", True),
    ("PASSWD=<", "correct_horse_battery_staple", True), ('const password: string = "<";', "lazy dragon eats cheese", True),
    ('password = "<"', "kXqPzVbNmRtW", True), ('password: "<"', "xkqzvbnmrtwpj", True), ("DB_PASSWORD=<", "swordfishes", True),
    ("MYSQL_ROOT_PASSWORD: <", "rootbeer", True), ("<passwd>?</passwd>", "kXqPzVbNmRtW", True),
    ('password = "<"', "enter your new password", False), ('"password": "<",', "must be at least eight characters", False),
    ('password = "<"', "all fields are required", False), ('passwordHint = "<"', "lower case letters only", False),
    ('password: "<"', "your-account-password-page", False), ('PASSWORD = "<"', "some_database_field_name", False),
    ('"password": "<"', "Mot de passe", False), ('"password": "<"', "wachtwoord vergeten klik hier", False), ('password = "<"', "swordfish", False),
    ("RESET_PASSWORD=<", "required", False), ('password = "<"', "userPasswordField", False),
    ('passwordField = "<"', "txtPwdConfirm", False), ("password: <", "the one of the operator", False), ('help = "password <"', "of this small house", False),
    ("mnemonic = '<'", "legal winner thank year wave sausage worth useful legal winner thank yellow", True),
    ("SEED phrase: <", "abandon ability able about above absent absorb abstract absurd abuse access acid", True),
    ("mnemonic: <", "the words that help people who forget names of other things", False),
    ("the password is <", "hashed", False), ("The password is <", "SHA256-hashed", False), ("| password | < |", "required", False),
    ("client.login('a', '<')", "testpass", False), ("bindpw <", "changeme", False), ("WITH PASSWORD '<'", "password", False),
]  # fmt: skip


@pytest.mark.parametrize(("form", "value", "secret"), WORDS)
def test_passwords_of_words_and_of_letters(form: str, value: str, secret: bool) -> None:
    text = form.replace("<", value, 1) if "?" not in form else form.replace("?", value)
    found = [f"{text}\n"[each.start : each.end] for each in secrets_of(f"{text}\n")]
    assert found == ([value] if secret else []), text


ESCAPES = (
    "&#95; &#095; &#x5f; &#X5F; &lowbar; &amp;#95; %5F %5f %255F \\u005f \\u005F \\\\u005f \\x5f \\u{5f} \\x{5f} \\U0000005f \\137 \\_ "
    "\\00005f \\N{LOW\u00a0LINE} \0_ _\u200b \u200d_ _\ufeff \u00ad_ _\u2060 \x1b[1m_ _&shy; &#8203;_ _&ZeroWidthSpace; _\\u200b _<wbr>"
).replace("\u00a0", "\x20")  # fmt: skip


@pytest.mark.parametrize(
    "place", ['t = "<"', "<p><</p>", "t: <", "https://acme.io/?token=<&x=1", "// <", '{\\"t\\": \\"<\\"}']
)
@pytest.mark.parametrize(
    "escape", [each.replace("LOW", "LOW LINE") for each in ESCAPES.replace("LOW LINE", "LOW").split(" ")]
)
def test_tokens_with_escapes_in_them(escape: str, place: str) -> None:
    token = made("ghp_{A35}z").replace("_", escape)
    text = (
        "first = 1\n" + place[::-1].replace("<"[::-1], token[::-1], 1)[::-1]
        if place != "<p><</p>"
        else f"<p>{token}</p>"
    )
    assert [text[each.start : each.end] for each in secrets_of(text)] == [token]
    for end in ("\n", "\r\n"):
        lines = end.join(("a", text.replace("\n", end), "b"))
        assert list(secret_lines(lines)) == [3 if "first" in text else 2]


def test_tokens_written_in_escapes_only() -> None:
    token = made("ghp_{A36}")
    for form in ("\\x{:02x}", "\\u{:04x}", "&#{};", "%{:02X}"):
        written = "".join(form.format(ord(each)) for each in token)
        assert [written[each.start : each.end] for each in secrets_of(written)] == [written]
    wide = "\0".join(token)
    assert [wide[each.start : each.end] for each in secrets_of(wide)] == [wide]


@pytest.mark.parametrize(
    "form",
    [
        "postgres%3A%2F%2Fapp%3A<%40db.acme.io%2Fapp", '"postgres:\\/\\/app:<@db.acme.io\\/app"', "postgres:&#x2F;&#x2F;app:<@db.acme.io",
        "postgres://app:<&#64;db.acme.io/app", "postgres&#58;//app&#58;<@db.acme.io", "postgres:\\u002f\\u002fapp:<@db.acme.io", "postgres://app:<\\x40db.acme.io",
        "postgres://app%40acme:<@db.acme.io/app", "postgres://app:<%21%40@db.acme.io/app", "postgres://app:a&amp;<@db.acme.io/app",
        "jdbc%3Apostgresql%3A%2F%2Fdb%2Fapp%3Fuser%3Da%26password%3D<", '"https://x/?u=a\\u0026password=<"', "{&quot;password&quot;: &quot;<&quot;}",
        "{&#34;password&#34;:&#34;<&#34;}", "{\\u0022password\\u0022:\\u0022<\\u0022}", "%7B%22password%22%3A%22<%22%7D", "&lt;password&gt;<&lt;/password&gt;",
        "pass\u200bword = '<'", 'api&#95;key = "<"', 'password = "<\\x21Q1"', "TOKEN=ghp_<\\\n  <",
    ],
)  # fmt: skip
def test_passwords_beside_escapes(form: str) -> None:
    value = made("{A8}7{A12}") if "ghp_" not in form else made("{A17}7")
    text = f"x = {form.replace('<', value)}\n"
    kept = text
    for each in reversed(secrets_of(text)):
        assert "\n" not in text[each.start : each.end]
        kept = kept[: each.start] + kept[each.end :]
    assert value not in kept


LOOSE = [
    "['<', '<'].join('')", '"".join(["<", "<"])', "'<' << '<'", "concat('<', '<')", 'concat!("<", "<")', '.append("<").append("<")', '"<""<"', "'<''<'",
    '"<" + // one\n  "<"', '("<"  # one\n "<")', '"<" /* one */ "<"', '"<"\nt += "<"', '"<";\n    t += "<";', "'<';\n$t .= '<';", '"<".concat("<")',
    'strcat(t, "<"); strcat(t, "<");', '"{}{}".format("<", "<")', '[\n  "<",\n  "<",\n]', '"<" & _\n  "<"', 'paste0("<", "<")', '"<" + @"<"', 'u8"<" u8"<"', '"<"\nt = t + "<"',
]  # fmt: skip


@pytest.mark.parametrize("form", LOOSE)
def test_a_token_in_strings_that_may_be_joined(form: str) -> None:
    value = made("ghp_{A35}7")
    for cut in (4, 12, 24):
        first, _, rest = form.partition("<<") if "<<" in form else (form, "", "")
        text = (
            f"t = '{value[:cut]}' << '{value[cut:]}'"
            if rest
            else "t = " + first.replace("<", value[:cut], 1).replace("<", value[cut:], 1)
        )
        found = [text[each.start : each.end] for each in secrets_of(text)]
        assert value[cut:] in found, text


SEPARATORS = [",", ";", "\t", "|"]
SURE_NAMES = "password pass pwd passwd Password PASSWORD user_password login.password Passwort passphrase Passcode contrase\u00f1a senha"
OTHER_NAMES = "secret token api_key apikey access_token client_secret secret_key API-Key"


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("quote", ["", '"'])
def test_columns_of_secrets(separator: str, quote: str) -> None:
    def table(name: str, values: list[str]) -> str:
        rows = [("user", name, "note"), *((f"user{number}", value, "a b") for number, value in enumerate(values))]
        return "\n".join(separator.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)

    passwords = ["hunter2", "Tr0ub4dor&3", "swordfishes", made("{A12}"), "correcthorse", "letmein77"]
    tokens = [made("{A32}"), made("{h40}"), made("{A16}", 4)]
    for names, values in ((SURE_NAMES, passwords), (OTHER_NAMES, tokens)):
        for name in names.split():
            text = table(name, values)
            assert [text[each.start : each.end] for each in secrets_of(text)] == values, name
            assert list(secret_lines(text)) == [number + 2 for number in range(len(values))]


TABLES = [
    ('name,password\n"Doe, Jane","hunter2,xx"\n"A ""B""","pa""ss7x"\n', ["hunter2,xx", 'pa""ss7x']), ("name,password\r\nann,hunter2\r\nbob,letmein77\r\n", ["hunter2", "letmein77"]),
    ("\ufeffname,password\nann,hunter2", ["hunter2"]), ("user,password,\ud800\nann,hunter2x,\ud800\n", list[str]()), ('name,password\n"ann\nlee",hunter2\nbob,letmein77\n', ["hunter2", "letmein77"]), ("sep=;\nname;password\nann;hunter2\n", ["hunter2"]),
    ("# users\n\nname, password, note\nann, hunter2, x\n", ["hunter2"]), ("name,password,note\nann,hunter2\nbob,letmein77,x,y\n", ["hunter2", "letmein77"]),
    ("name,url,username,password,note\nx,https://x.io/a,me,hunter2,\n", ["hunter2"]), ('"Account","Login Name","Password (plain)"\n"a","b","hunter2"\n', ["hunter2"]),
    ("# Users\n\n| user | password |\n|---|---|\n| ann | hunter2x |\n| bob | `l3tM3in77!Q` |\n\n| a | b |\n", ["hunter2x", "l3tM3in77!Q"]),
    ("INSERT INTO users (name, password, mail) VALUES ('ann', 'hunter2x', 'a@b.io'),\n  ('it''s', E'Tr0ub4dor', now());", ["hunter2x", "Tr0ub4dor"]),
    ("COPY public.users (id, name, password) FROM stdin;\n1\tann\thunter2x\n2\tbob\tTr0ub4dor\n\\.\n3\tc\tlater5x\n", ["hunter2x", "Tr0ub4dor"]),
    *((text, list[str]()) for text in (
        "token,lemma,pos\nrunning,run,VERB\nsomething,something,NOUN\n", "user,password_hash\nann,abcdef\n", "key,value\nalpha,beta12345\n", "user,password\n,\n,\n",
        "from a import user, password\nfrom b import other, something\n", "field,type\npassword,string\ntoken,string\n", "name,has_password\nann,true\n", "id,token_count\n1,12345678\n",
        "user, password = line.split(',')\nother, something = x.split(',')\n", "| option | password |\n|---|---|\n| type | string |\n", "INSERT INTO users (name, password) VALUES (?, ?);\n",
        "INSERT INTO users (name, password) VALUES (:name, :password);\n", "test,pass,fail\nalpha,12,3\nbeta,true,false\n", "def login(user, password):\n    return user, password\n",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values"), TABLES)
def test_tables(text: str, values: list[str]) -> None:
    assert [text[each.start : each.end] for each in secrets_of(text)] == values


def test_escapes_and_columns_hold_nothing_up() -> None:
    for text in (
        "\\" * 300_000, "&#" * 200_000, "%41" * 100_000, "\0" * 300_000, "a\\\n" * 100_000, "user,password\n" + '"' * 300_000, "user,password\n" + "," * 300_000,
        '"a" ' * 80_000, '"a1","a1",' * 40_000, "'a1'" + " " * 300_000 + "'b2'", '"a1" /*' * 40_000, "password insert into a (" * 20_000, "|--" * 100_000 + "password", "\u200b" * 200_000,
    ):  # fmt: skip
        assert len(secrets_of(text)) <= 1
