"""Words that decide whether a value is a secret: in names, between a name and its value, in passwords and in texts for users."""
# ruff: noqa: E501 - a list of words is a line

# Services whose keys look like nothing but chance: what is named after one of them and looks random is its key.
SERVICES = """
adafruit adyen adobe airtable algolia alibaba amplitude appsflyer artifactory asana atlassian aws azure backblaze beamer bitbucket
bittrex braintree branchio bugsnag buildkite circleci clearbit cloudant cloudflare cloudinary codecov cohere coinbase
confluence confluent contentful coveralls customerio datadog deepgram deepseek discord docusign dropbox droneci elastic
elevenlabs etherscan etsy eventbrite facebook fastly finicity finnhub flickr foursquare freshbooks freshdesk gitter
gocardless hcaptcha heroku hetzner hubspot infura intercom ipinfo jenkins jfrog jira jumpcloud keen klaviyo kraken kucoin
launchdarkly line_channel linkedin linode litellm lokalise looker mailchimp mailgun mailjet mandrill mapbox mattermost
meraki messagebird mistral mixpanel mongodb_atlas moralis netlify new_relic newrelic ngrok nytimes okta onesignal opsgenie
optimizely pagerduty paystack pinecone plaid plivo postmark privateai pubnub pusher quandl rapidapi recaptcha rollbar
scaleway segment sendbird sendinblue sentry shodan snowflake snyk softlayer sonar spotify squarespace statuspage sumologic
telegram tencent together travis trello tumblr twilio twitch twitter typeform uploadcare upstash vonage vultr wakatime
wandb weatherapi worldpay xero yandex youtube zendesk zerossl zoho zoom
"""

# What the name of a secret contains, without its marks and in small letters.
SECRET_WORDS = [
    "secret",
    "token",
    "passw",
    "pwd",
    "passphrase",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "authkey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "accountkey",
    "presharedkey",
    "sharedkey",
    "credential",
    "authorization",
    "bearer",
    "webhook",
    "sessionkey",
    "licensekey",
    "xauth",
    "gossip",
    "hmackey",
    "deploykey",
    "keyfile",
    "cryptkey",
    "aeskey",
    "rsakey",
    "storagekey",
    "functionkey",
    "subscriptionkey",
    "appkey",
    "userkey",
    "serverkey",
    "writekey",
    "consumerkey",
    "integrationkey",
    "instrumentationkey",
    "servicekey",
]

# What the name of something else contains that looks as random.
OTHER_WORDS = r"""
    public|pubkey|hash|sha1|sha2|sha5|digest|checksum|md5|integrity|fingerprint|thumbprint|uuid|guid|commit|revision|etag|sitekey
    |keyid|keyname|keypath|clientid|tenant|cachekey|sortkey|primarykey|foreignkey|partition|rowkey|author(?!i[sz]ation)|tokeniz
    |tokentype|keyword|keyboard|keycode|keymap|hotkey|monkey|turkey|donkey|jockey|whiskey|nonce|idempoten|translat|pagetoken|nexttoken
    |continuationtoken|xsrf|csrf|websocketkey|synctoken|username|version|filename|image|schema|resolved|encrypted|certificate|cert$
    |proof|pattern|regex|format|encryptedkey|url$|path$|id$|ids$|color|colour|anchor|href|title|class|selector|objectkey|s3key
    |tokenaddress|contract|address|signature
"""

# What may be between a name and its value, beside marks.
WORDS_BETWEEN = [
    "value",
    "default",
    "string",
    "str",
    "char",
    "const",
    "static",
    "final",
    "let",
    "var",
    "new",
    "env",
    "getenv",
    "environ",
    "data",
    "text",
    "std",
    "from",
    "bytes",
    "buffer",
    "encode",
    "varchar",
    "securestring",
    "asplaintext",
    "convertto",
    "identified",
    "by",
    "is",
    "to",
    "set",
    "val",
    "content",
    "type",
    "header",
    "headers",
    "add",
    "put",
    "f",
    "r",
    "b",
    "u",
    "l",
    "n",
]

# What made-up passwords are made of.
WEAK_WORDS = r"""
    password|passwd|passphrase|pass|pwd|secrets?|keys?|tokens?|testing|tester|test|username|user|administrator|admin|root|changeme|change
    |example|sample|foo|bar|baz|qux|qwerty|letmein|welcome|default|your|my|some|the|new|old|wrong|right|incorrect|correct|invalid|valid
    |bad|good|super|very|strong|weak|insecure|secure|fake|dummy|mock|temp|tmp|demo|guest|login|auth|api|app|database|db|postgres|mysql
    |redis|mongo|hello|world|abc|def|xyz|me|here|is|an|a|this|that|not|no|placeholder|redacted|hidden|masked|encrypted|plain|text|client
    |server|access|refresh|bearer|id|value|string|null|none|undefined|true|false|x|\*|[\W_\d]
"""

# Words of sentences that request a password of the user, and of names in code.
UI_WORDS = """
    a about accept account add admin after again all allow allowed already also always an and any app are argument as ask asked at attempt
    available bad base based be because been before begin between blank box both but button by bytes call callback can cannot change changed
    changing char character characters check choose class cli click client code column command confirmation contain contains copy create
    created credential credentials current data database db default delete did different digit digits disable disabled display do does done down
    each edit element email empty enable enabled enter entered env environment error event example expected expired expires fail failed failure
    false field file first flow for forget forgot forgotten form format found from function generate generated get given has hash hashed have
    header help here hidden hide hint html http https icon id identifier if ignore in info input insert instead into is it item its json keep
    key keyring label least length less let letter letters like line link list load long lower lowercase main many match matches max maximum
    may message method min minimum missing mode model modal more most must my name needed never new next no node none not null number numbers
    of off old on one only open option optional or other our out output over own page param parameter path pin place plain please policy post
    private prompt property protected protocol provide provided public query read record recover recovery redacted remember remove repeat
    reset response result retry return retype revoke role rule rules same save send service session set setting settings short should show
    sign signin signup simple size so some special specify start state store stored string strong submit such symbol symbols tag test text
    than that the their them then there these they this time title to toggle token too true try two type under unknown until up update
    uppercase url use used uses using utf value values variable verify very via view visible want was weak web were what when where which while
    who will window with without write wrong yes you your
    bcrypt argon scrypt sha pbkdf plaintext cleartext crypt hmac ldap kerberos oauth saml radius socket postgres mysql redis mongo kafka
    placeholder sample dummy fake mock fixture foo bar baz qux lorem ipsum dolor
"""

# Pairs of letters that words are made of.
COMMON_PAIRS = frozenset(
    [
        "th",
        "he",
        "in",
        "er",
        "an",
        "re",
        "nd",
        "at",
        "on",
        "nt",
        "ha",
        "es",
        "st",
        "en",
        "ed",
        "to",
        "it",
        "ou",
        "ea",
        "hi",
        "is",
        "or",
        "ti",
        "as",
        "te",
        "et",
        "ng",
        "of",
        "al",
        "de",
        "se",
        "le",
        "sa",
        "si",
        "ar",
        "ve",
        "ra",
        "ld",
        "ur",
        "ce",
        "ll",
        "me",
        "ne",
        "ro",
        "ri",
        "io",
        "ic",
        "co",
        "ma",
        "li",
        "el",
        "la",
        "ta",
        "di",
        "om",
        "us",
        "ec",
        "ho",
        "ch",
        "no",
        "ns",
        "ut",
        "tr",
        "ca",
        "ge",
        "ct",
        "ol",
        "em",
        "pe",
        "pr",
        "ac",
        "ie",
        "id",
        "ss",
        "un",
        "il",
        "po",
        "ad",
        "so",
        "be",
        "wa",
        "mo",
        "ot",
        "ir",
        "am",
        "op",
        "ag",
        "ev",
        "ab",
        "ul",
        "ke",
        "ly",
        "ay",
        "lo",
        "ow",
        "tt",
        "ee",
        "oo",
        "ig",
        "ap",
        "if",
        "im",
        "ex",
        "fo",
        "ty",
        "by",
        "vi",
        "da",
        "fi",
        "ni",
        "na",
        "sh",
        "wh",
        "ck",
        "ey",
        "fe",
        "mp",
        "ph",
        "pl",
        "pt",
        "qu",
        "rd",
        "rm",
        "rs",
        "rt",
        "ry",
        "su",
        "sy",
        "ts",
        "tu",
        "ub",
        "ue",
        "ui",
        "um",
        "up",
        "va",
        "xt",
        "rl",
        "rk",
        "od",
        "og",
        "ob",
        "nc",
        "mi",
        "lu",
        "ls",
        "lt",
        "ki",
        "iv",
        "ip",
        "ia",
        "hr",
        "hu",
        "gr",
        "gi",
        "ga",
        "fr",
        "fa",
        "ff",
        "ep",
        "ef",
        "ei",
        "ds",
        "dr",
        "dd",
        "du",
        "cr",
        "cl",
        "bl",
        "ba",
        "bu",
        "bo",
        "br",
        "av",
        "au",
        "aw",
        "ak",
    ]
)
