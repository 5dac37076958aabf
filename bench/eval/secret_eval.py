"""How many planted secrets are found, and how many ordinary files are touched.

    python bench/eval/secret_eval.py [--files N] [--show] [FOLDER …]

Without folders only the planted ones are measured. Every kind is planted in many forms, with values made by chance (the
same at each run); of the folders up to N files, spread over all, are looked at.
"""

# ruff: noqa: E501, S311 - a kind is a line; what is made by chance here must be the same at each run

import argparse
import random
import re
import string
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

from darner_context.languages.table import language_of
from darner_context.secrets.file_names import secret_name
from darner_context.secrets.scanner import secrets_of
from darner_context.workspace.scan import read_text

# kind, name that it is given, value: {a32} is 32 of a-z0-9, A also A-Z, h hex, d digits, l a-z, U A-Z0-9, u A-Z2-7,
# b base64, w word characters and -
KINDS = """
aws access key | AWS_ACCESS_KEY_ID | AKIA{u16}
aws session key | AWS_ACCESS_KEY_ID | ASIA{u16}
aws secret key | AWS_SECRET_ACCESS_KEY | {b40}
aws secret key, short name | aws_secret | {b40}
aws bedrock | BEDROCK_KEY | ABSK{b120}
alibaba id | ALIBABA_ID | LTAI{a20}
alibaba secret | ALIBABA_SECRET | {a30}
google api | GOOGLE_API_KEY | AIza{w35}
google oauth secret | CLIENT_SECRET | GOCSPX-{w28}
google oauth token | ACCESS_TOKEN | ya29.{w80}
firebase | FCM | AAAA{w7}:APA91b{w134}
azure ad secret | AZURE_CLIENT_SECRET | {A3}8Q~{w34}
azure storage | AZURE_STORAGE | DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={b86}==;EndpointSuffix=core.windows.net
azure storage key alone | AZURE_STORAGE_KEY | {b86}==
azure service bus | BUS | Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={b43}=
azure devops | AZURE_DEVOPS_PAT | {A76}AZDO{A4}
github classic | GITHUB_TOKEN | ghp_{A36}
github oauth | GH | gho_{A36}
github app | GH | ghs_{A36}
github refresh | GH | ghr_{A36}
github fine | GITHUB_PAT | github_pat_{A22}_{A59}
gitlab token | GITLAB_TOKEN | glpat-{w20}
gitlab runner | RUNNER | GR1348941{w20}
gitlab deploy | DEPLOY | gldt-{w20}
gitlab runner auth | RUNNER | glrt-{w20}
gitlab job | JOB | glcbt-64_{w20}
gitlab trigger | TRIGGER | glptt-{h40}
bitbucket app password | BB | ATBB{A32}
bitbucket client secret | BITBUCKET_CLIENT_SECRET | {w64}
atlassian | ATLASSIAN | ATATT3{w180}
jira | JIRA_TOKEN | {a20}{h4}
sourcegraph | SG | sgp_{h40}
slack bot | SLACK_BOT_TOKEN | xoxb-{d12}-{d12}-{A24}
slack user | SLACK | xoxp-{d12}-{d12}-{d12}-{h32}
slack app | SLACK_APP | xapp-1-A{U10}-{d13}-{h64}
slack webhook | HOOK | https://hooks.slack.com/services/T{U8}/B{U8}/{A24}
slack config | SLACK | xoxe.xoxp-1-{U163}
discord bot | DISCORD_BOT_TOKEN | MT{A22}.{w6}.{w38}
discord webhook | HOOK | https://discord.com/api/webhooks/{d18}/{w68}
discord secret | DISCORD_CLIENT_SECRET | {w32}
teams webhook | HOOK | https://acme.webhook.office.com/webhookb2/{h8}-{h4}-{h4}-{h4}-{h12}@{h8}-{h4}-{h4}-{h4}-{h12}/IncomingWebhook/{h32}/{h8}-{h4}-{h4}-{h4}-{h12}
telegram bot | BOT | {d10}:AA{w33}
stripe live | STRIPE | sk_live_{A24}
stripe test | STRIPE | sk_test_{A24}
stripe restricted | STRIPE | rk_live_{A24}
stripe hook | STRIPE_HOOK | whsec_{A32}
square token | SQ | sq0atp-{w22}
square secret | SQ | sq0csp-{w43}
square long | SQ | EAAA{w60}
paypal | BRAINTREE | access_token$production${a16}${h32}
razorpay | RZP | rzp_live_{A14}
flutterwave | FLW | FLWSECK_TEST-{h32}-X
lob | LOB_API_KEY | live_{h35}
gocardless | GOCARDLESS_TOKEN | live_{w40}
easypost | EASYPOST | EZAK{A54}
duffel | DUFFEL | duffel_live_{w43}
shippo | SHIPPO | shippo_live_{h40}
shopify access | SHOPIFY | shpat_{h32}
shopify shared | SHOPIFY | shpss_{h32}
shopify private | SHOPIFY | shppa_{h32}
plaid token | PLAID | access-production-{h8}-{h4}-{h4}-{h4}-{h12}
plaid secret | PLAID_SECRET | {a30}
openai project | OPENAI_API_KEY | sk-proj-{w74}T3BlbkFJ{w74}
openai old | OPENAI_API_KEY | sk-{A20}T3BlbkFJ{A20}
openai older | OPENAI_API_KEY | sk-{A48}
openai service | OPENAI_API_KEY | sk-svcacct-{w58}T3BlbkFJ{w58}
anthropic | ANTHROPIC_API_KEY | sk-ant-api03-{w93}AA
anthropic admin | ANTHROPIC | sk-ant-admin01-{w93}AA
cerebras | CEREBRAS_API_KEY | csk-{a48}
groq | GROQ_API_KEY | gsk_{A52}
xai | XAI | xai-{A80}
replicate | REPLICATE | r8_{A37}
nvidia | NV | nvapi-{w64}
perplexity | PPLX | pplx-{A48}
openrouter | OR | sk-or-v1-{h64}
cohere | COHERE_API_KEY | {A40}
mistral | MISTRAL_API_KEY | {A32}
deepseek | DEEPSEEK | sk-{h32}
together | TOGETHER_API_KEY | {h64}
elevenlabs | ELEVEN | sk_{h48}
pinecone | PINECONE | pcsk_{A70}
langsmith | LS | lsv2_pt_{h32}_{h10}
hugging face | HF | hf_{A34}
hugging face org | HF | api_org_{A34}
npm | NPM | npm_{A36}
npmrc | //registry.acme.io/:_authToken | {h8}-{h4}-{h4}-{h4}-{h12}
pypi | PYPI | pypi-AgEIcHlwaS5vcmc{w120}
rubygems | GEM | rubygems_{h48}
crates | CARGO | cio{A32}
nuget | NUGET | oy2{a43}
clojars | CLOJARS | CLOJARS_{a60}
docker hub | DOCKER | dckr_pat_{w27}
artifactory | ART | AKCp{A69}
jfrog reference | ART | cmVmd{A59}
jfrog key | JFROG_KEY | {a73}
sendgrid | SENDGRID | SG.{w22}.{w43}
twilio | TWILIO | SK{h32}
twilio auth | TWILIO_AUTH_TOKEN | {h32}
mailgun | MAILGUN_API_KEY | key-{h32}
mailgun signing | MAILGUN_SIGNING | {h32}-{h8}-{h8}
mailchimp | MAILCHIMP | {h32}-us12
brevo | BREVO | xkeysib-{h64}-{A16}
resend | RESEND | re_{A8}_{A24}
mailersend | MS | mlsn.{h64}
digitalocean | DO | dop_v1_{h64}
digitalocean oauth | DO | doo_v1_{h64}
digitalocean refresh | DO | dor_v1_{h64}
heroku | HEROKU_API_KEY | {h8}-{h4}-{h4}-{h4}-{h12}
heroku new | HEROKU | HRKU-AA{w58}
fly | FLY | fo1_{w43}
fly macaroon | FLY | fm2_{b120}
netlify | NETLIFY_TOKEN | {w43}
netlify new | NETLIFY | nfp_{A36}
render | RENDER | rnd_{A32}
supabase | SB | sbp_{h40}
supabase secret | SB | sb_secret_{w31}
neon | NEON | napi_{a64}
planetscale | PS | pscale_tkn_{w43}
planetscale password | PS | pscale_pw_{w43}
prefect | PREFECT | pnu_{A36}
databricks | DB | dapi{h32}
clickhouse | CH | 4b1d{A38}
cloudflare token | CLOUDFLARE_API_TOKEN | {w40}
cloudflare global | CLOUDFLARE_KEY | {h37}
cloudflare origin | CF | v1.0-{h24}-{h146}
vault | VAULT_TOKEN | hvs.{w95}
vault old | VAULT_TOKEN | s.{A24}
vault batch | VAULT_TOKEN | hvb.{w140}
terraform cloud | TFC | {A14}.atlasv1.{w67}
pulumi | PULUMI | pul-{h40}
doppler | DOPPLER | dp.pt.{A43}
doppler service | DOPPLER | dp.st.prd.{A43}
1password key | OP | A3-{U6}-{U11}-{U5}-{U5}-{U5}
1password service | OP | ops_eyJ{b260}
infracost | INFRA | ico-{A32}
harness | HARNESS | pat.{w22}.{h24}.{A20}
circleci | CIRCLE_TOKEN | {h40}
buildkite | BK | bkua_{h40}
scalingo | SC | tk-us-{w48}
octopus | OCTOPUS_KEY | API-{U26}
openshift | OC | sha256~{w43}
kubeadm | KUBEADM | {a6}.{a16}
grafana | GRAFANA | glsa_{A32}_{h8}
grafana cloud | GRAFANA | glc_{b80}
grafana key | GRAFANA | eyJrIjoi{A80}
sentry user | SENTRY | sntryu_{h64}
sentry token | SENTRY_TOKEN | {h64}
new relic | NR | NRAK-{U27}
new relic insert | NR | NRII-{w32}
new relic license | NR | {h36}NRAL
dynatrace | DT | dt0c01.{U24}.{U64}
honeycomb | HC | hcaik_{a58}
datadog | DATADOG_API_KEY | {h32}
datadog app | DD_APP_KEY | {h40}
launchdarkly | LD | sdk-{h8}-{h4}-4{h3}-{h4}-{h12}
sonar | SONAR | squ_{h40}
snyk | SNYK_TOKEN | {h8}-{h4}-{h4}-{h4}-{h12}
codecov | CODECOV_TOKEN | {h32}
linear | LINEAR | lin_api_{A40}
notion | NOTION | ntn_{d11}{A35}
notion old | NOTION | secret_{A43}
airtable | AIRTABLE | pat{A14}.{h64}
airtable key | AIRTABLE_KEY | key{A14}
asana | ASANA | 1/{d16}:{h32}
asana secret | ASANA_SECRET | {h32}
figma | FIGMA | figd_{w40}
dropbox | DBX | sl.{w135}
contentful | CF | CFPAT-{w43}
mapbox | MB | sk.eyJ{w60}.{w22}
typeform | TF | tfp_{w59}
postman | PM | PMAK-{h24}-{h34}
readme | RM | rdme_{a70}
frameio | FIO | fio-u-{w64}
beamer | BEAMER | b_{w44}
facebook page | FB | EAAC{A160}
facebook secret | FACEBOOK_SECRET | {h32}
facebook app token | FACEBOOK_TOKEN | {d15}|{w27}
twitter bearer | TW | AAAAAAAAAAAAAAAAAAAAAA{A86}
twitter secret | TWITTER_SECRET | {A45}
okta | OKTA_TOKEN | 00{w40}
adobe | ADOBE | p8e-{a32}
maxmind | MM | {A6}_{A29}_mmk
tailscale | TS | tskey-auth-{A12}-{A32}
defined | DN | dnkey-{w26}-{w52}
settlemint | SM | sm_pat_{A16}
intra42 | S42 | s-s4t2ud-{h64}
authress | AU | sc_{a12}.{a5}.acc-{a14}.{b60}
yandex | YA | AQVN{w36}
yandex token | YANDEX | t1.{w20}.{w86}
algolia | ALGOLIA_KEY | {h32}
adafruit | ADAFRUIT_KEY | aio_{A28}
coinbase | COINBASE_SECRET | {A64}
confluent | CONFLUENT_SECRET | {b64}
dropbox app | DROPBOX_SECRET | {a15}
fastly | FASTLY_TOKEN | {w32}
finicity | FINICITY_KEY | {h32}
flickr | FLICKR_SECRET | {h16}
freshbooks | FRESHBOOKS_TOKEN | {h64}
gitter | GITTER_TOKEN | {h40}
hubspot | HUBSPOT_KEY | {h8}-{h4}-{h4}-{h4}-{h12}
intercom | INTERCOM_TOKEN | {A60}
kraken | KRAKEN_SECRET | {b86}==
kucoin | KUCOIN_KEY | {h24}
linkedin | LINKEDIN_SECRET | {A16}
looker | LOOKER_SECRET | {A24}
mattermost | MATTERMOST_TOKEN | {a26}
messagebird | MESSAGEBIRD_KEY | {A25}
meraki | MERAKI_KEY | {h40}
nytimes | NYTIMES_KEY | {A32}
privateai | PRIVATEAI_KEY | {h32}
rapidapi | RAPIDAPI_KEY | {h18}msh{h15}p1{h6}jsn{h12}
sendbird | SENDBIRD_TOKEN | {h40}
squarespace | SQUARESPACE_KEY | {h8}-{h4}-{h4}-{h4}-{h12}
sumologic | SUMOLOGIC_KEY | {A64}
travis | TRAVIS_TOKEN | {A22}
twitch | TWITCH_SECRET | {a30}
zendesk | ZENDESK_TOKEN | {A40}
softlayer | SOFTLAYER_KEY | {h64}
cloudant | CLOUDANT_PASSWORD | {h64}
ibm cloud | IBM_CLOUD_API_KEY | {w44}
jwt | TOKEN | eyJhbGciOiJIUzI1NiJ9.eyJ{w60}.{w43}
age key | AGE | AGE-SECRET-KEY-1{U58}
database url | DATABASE_URL | postgres://app:{A14}@db.acme.internal:5432/app
mysql url | DATABASE_URL | mysql://root:{A12}!@10.0.0.7/app
mongodb url | MONGO | mongodb+srv://app:{A16}@cluster0.ab1cd.mongodb.net/app
redis url | REDIS | redis://:{A20}@cache.acme.io:6379/0
amqp url | BROKER | amqps://svc:{A18}@mq.acme.io/vhost
url with a password | FEED | https://deploy:{A16}@git.acme.io/acme/app.git
password | DB_PASSWORD | {A7}!{A6}
password, long | POSTGRES_PASSWORD | {A20}
passphrase | KEY_PASSPHRASE | {A5}-{A5}-{A5}
api key | API_KEY | {A32}
api key, hex | ACME_API_KEY | {h32}
secret key | SECRET_KEY | {w50}
client secret | OAUTH_CLIENT_SECRET | {A40}
auth token | AUTH_TOKEN | {h40}
access token | ACCESS_TOKEN | {w36}
encryption key | ENCRYPTION_KEY | {b43}=
signing key | JWT_SIGNING_KEY | {h64}
session secret | SESSION_SECRET | {h32}
wireguard | PrivateKey | {b43}=
"""  # fmt: skip

FORMS = r"""
NAME = "VALUE"
    name = 'VALUE'  # for the nightly job
export NAME="VALUE"
NAME=VALUE
name: VALUE
  - name: NAME\n    value: "VALUE"
{"name": "VALUE", "region": "eu-west-1"}
  "camel": "VALUE",
[default]\nname = VALUE
const camel = "VALUE";
const camel: string = 'VALUE';
  private static final String NAME = "VALUE";
var camel = "VALUE"
\tcamel := "VALUE"
let name: &str = "VALUE";
pub const NAME: &str = "VALUE";
$name = 'VALUE';
    'name' => 'VALUE',
define('NAME', 'VALUE');
#define NAME "VALUE"
static const char *name = "VALUE";
ENV NAME=VALUE
set NAME=VALUE
set -x NAME VALUE
<add key="camel" value="VALUE" />
<name>VALUE</name>
camel="VALUE"
# NAME=VALUE
// name: VALUE
/* camel = "VALUE" */
os.environ["NAME"] = "VALUE"
os.environ.get("NAME", "VALUE")
client = Client(name="VALUE", timeout=30)
process.env.NAME = "VALUE";
const x = process.env.NAME || "VALUE";
NAME = (\n    "VALUE"\n)
name: |\n  VALUE
  NAME: !!str VALUE
variable "name" {\n  default = "VALUE"\n}
(def name "VALUE")
config :app, name: "VALUE"
NAME <- "VALUE"
docker run -e NAME=VALUE image
"NAME=VALUE",
"""
HEADERS = """
curl -H "Authorization: Bearer VALUE" https://api.acme.io/v1/items
headers = {"Authorization": "Bearer VALUE"}
  -H 'X-Api-Key: VALUE' --compressed
fetch(url, { headers: { "x-api-key": "VALUE" } })
https://api.acme.io/v1/items?api_key=VALUE
curl "https://api.acme.io/items?x=1&access_token=VALUE&y=2"
tool --token VALUE --verbose
tool --api-key=VALUE
"""
ALPHABETS = {
    "a": string.ascii_lowercase + string.digits, "A": string.ascii_letters + string.digits, "h": "0123456789abcdef",
    "d": string.digits, "l": string.ascii_lowercase, "U": string.ascii_uppercase + string.digits,
    "u": string.ascii_uppercase + "234567", "b": string.ascii_letters + string.digits + "+/",
    "w": string.ascii_letters + string.digits + "_-",
}  # fmt: skip
PLAIN = string.ascii_letters + string.digits
KEYS = ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK")  # fmt: skip


def made(template: str, chance: random.Random) -> str:
    """A value of a kind; it begins and ends with a letter or a digit where chance decides."""

    def some(found: re.Match[str]) -> str:
        letters, count = ALPHABETS[found[1]], int(found[2])
        plain = [each for each in letters if each in PLAIN]
        return "".join(chance.choice(plain if at in {0, count - 1} else letters) for at in range(count))

    return re.sub(r"\{([aAhdlUubw])(\d+)\}", some, template)


def planted(chance: random.Random) -> list[tuple[str, str, list[str]]]:
    """Every kind in every form: the kind, the text, and what must not be in it any more."""
    cases: list[tuple[str, str, list[str]]] = []
    forms = [each.replace("\\n", "\n").replace("\\t", "\t") for each in FORMS.strip("\n").split("\n")]
    headers = HEADERS.strip("\n").split("\n")
    for row in KINDS.strip().split("\n"):
        kind, name, template = row.split(" | ")
        for form in [
            *forms,
            *(headers if "://" not in template and " " not in kind[-4:] and not kind.startswith("pass") else ()),
        ]:
            if "://" not in template and name.startswith("//") and form != "NAME=VALUE":
                continue
            value = made(template, chance)
            words = name.lower().split("_")
            camel = words[0] + "".join(each.title() for each in words[1:])
            text = (
                form.replace("VALUE", "\0")
                .replace("NAME", name)
                .replace("name", name.lower(), 1 if "- name" not in form else 0)
            )
            text = text.replace("camel", camel).replace("\0", value)
            hidden = value
            if "Key=" in value:
                hidden = re.findall(r"(?:AccountKey|SharedAccessKey)=([^;]+)", value)[0]
            elif "hook" in kind and "://" in value:
                hidden = re.split(r"services/|webhooks/|webhookb2/", value)[1]
            elif "://" in value:
                hidden = re.findall(r"://[^:]*:([^@]+)@", value)[0]
            cases.append((kind, around(text), [hidden]))
    for label in KEYS:
        cases += [(label.lower(), around(text), lines) for text, lines in key_forms(label, chance)]
    body = [made("{b64}", chance) for _ in range(12)]
    putty = (
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 12\n"
        + "\n".join(body)
    )
    cases.append(("putty key", putty + "\nPrivate-MAC: 00\n", body))
    return cases


def key_forms(label: str, chance: random.Random) -> list[tuple[str, list[str]]]:
    """A private key as a block, indented, quoted, in one string, with other line ends."""
    lines = [made("{b64}", chance) for _ in range(10)] + [made("{b20}", chance) + "=="]
    first, last = f"-----BEGIN {label}-----", f"-----END {label}-----"
    whole = [first, *lines, last]
    escaped = "\\n".join(whole)
    return [
        ("\n".join(whole), lines),
        ("\r\n".join(whole), lines),
        ("key: |\n" + "".join(f"  {each}\n" for each in whole), lines),
        ('KEY = """' + "\n".join(whole) + '"""', lines),
        (f'KEY = "{escaped}\\n"', lines),
        (f'{{"private_key": "{escaped}\\n"}}', lines),
        ("KEY = (\n" + "".join(f'    "{each}\\n"\n' for each in whole) + ")", lines),
        ("const key =\n" + " +\n".join(f"  '{each}\\n'" for each in whole) + ";", lines),
        ("const key = [\n" + ",\n".join(f"  '{each}'" for each in whole) + "\n].join('\\n');", lines),
        ("".join(f"// {each}\n" for each in whole), lines),
        ("".join(f"# {each}\n" for each in whole), lines),
        ("KEY=" + escaped, lines),
        (
            "\n".join([first, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0011223344556677", "", *lines, last]),
            lines,
        ),
    ]


def around(text: str) -> str:
    """The text within some other lines."""
    return f"first line of the file\n\n{text}\n\nlast = 1\n"


def left(text: str) -> str:
    """The text without its secrets."""
    pieces, at = list[str](), 0
    for each in secrets_of(text):
        pieces.append(text[at : each.start])
        at = each.end
    return "\0".join((*pieces, text[at:]))


def ordinary(folders: list[Path], most: int) -> list[Path]:
    """Files that are source, spread over the folders."""
    found = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and language_of(path.name) is not None
        and path.stat().st_size < 400_000
    ]
    return sorted(random.Random(1).sample(found, min(most, len(found))))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--show", action="store_true", help="what was missed, and what was found in ordinary files")
    given = parser.parse_args()
    cases = planted(random.Random(7))
    missed: Counter[str] = Counter()
    kinds = Counter(kind for kind, _, _ in cases)
    for kind, text, hidden in cases:
        kept = left(text)
        if any(each in kept for each in hidden):
            missed[kind] += 1
            if given.show:
                sys.stdout.write(f"missed {kind}: {text.split(chr(10) + chr(10))[1]!r}\n")
    share = 1 - missed.total() / len(cases)
    whole = sum(missed[kind] * 2 < count for kind, count in kinds.items())
    sys.stdout.write(f"planted: {len(cases)} in {len(kinds)} kinds, {share:.2%} found; {whole} kinds in most forms\n")
    for kind, count in missed.most_common(40):
        sys.stdout.write(f"  missed {count} of {kinds[kind]}: {kind}\n")
    if given.folders:
        measure_ordinary(ordinary(given.folders, given.files), show=given.show)
    return 0


def measure_ordinary(files: list[Path], *, show: bool) -> None:
    """Say how many files are touched, of what kinds, and how long it takes."""
    touched, named, characters, seconds = 0, 0, 0, 0.0
    kinds: Counter[str] = Counter()
    for path in files:
        named += secret_name(path.as_posix())
        text = read_text(path)
        if not isinstance(text, str):
            continue
        began = perf_counter()
        found = secrets_of(text)
        seconds += perf_counter() - began
        characters += len(text)
        touched += bool(found)
        kinds.update({each.kind for each in found})
        if show:
            for each in found[:5]:
                line = text[text.rfind("\n", 0, each.start) + 1 : each.end + 20].split("\n")[0]
                sys.stdout.write(f"{path}: {each.kind}: {line.strip()[:200]}\n")
    sys.stdout.write(
        f"ordinary: {len(files)} files, {touched} touched ({touched / max(len(files), 1):.2%}), {named} withheld by name; "
        f"{characters / max(seconds, 1e-9) / 1e6:.0f} MB/s\n"
    )
    for kind, count in kinds.most_common(30):
        sys.stdout.write(f"  {count}: {kind}\n")


if __name__ == "__main__":
    sys.exit(main())
