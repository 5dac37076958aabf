"""What secrets look like: the kinds of the public lists (gitleaks, detect-secrets) and more, as data."""
# ruff: noqa: E501 - a rule is a line

# Tokens with a beginning of their own: the kind, the two characters that it may begin with, the pattern. A group in the
# pattern is the secret, the rest only identifies it.
TOKENS = r"""
AWS access key | A3 AB AC AK AS | (?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])
AWS Bedrock key | AB | ABSK[A-Za-z0-9+/]{80,}={0,2}
AWS Bedrock key | be | bedrock-api-key-YmVkcm9jay5[\w+/=-]{20,}
Alibaba Cloud key | LT | LTAI[A-Za-z0-9]{12,24}(?![A-Za-z0-9])
Tencent Cloud key | AK | AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])
Yandex Cloud key | AQ | AQVN[\w-]{35,38}
Yandex Cloud key | YC | YC[\w-]{38}(?![\w-])
Yandex Cloud key | t1 | t1\.[\w-]{8,}={0,2}\.[\w-]{86}={0,2}
Yandex Cloud key | y0 | y0_[\w-]{30,}
Google API key | AI | AIza[\w-]{35}
Google OAuth secret | GO | GOCSPX-[\w-]{24,}
Google OAuth token | ya | ya29\.[\w-]{20,}
Google OAuth token | 1/ | 1//0[\w-]{30,}
Firebase server key | AA | AAAA[\w-]{7}:APA91b[\w-]{100,}
Azure storage key | Ac | AccountKey=([A-Za-z0-9+/]{80,}={0,2})
Azure shared access key | Sh | Shared(?:AccessKey|SecretValue)=([A-Za-z0-9+/]{40,}={0,2})
GitHub token | gh | gh[pousr]_[A-Za-z0-9]{36,}
GitHub token | gi | github_pat_[A-Za-z0-9_]{40,}
GitLab token | gl | gl(?:pat|dt|rt|ft|oas|cbt|ptt|imt|agent|soat|ffct|wt)-[\w.-]{20,}
GitLab token | GR | GR1348941[\w-]{20,}
Bitbucket token | AT | ATBB[A-Za-z0-9_=.-]{24,}
Bitbucket token | BB | BBDC-[A-Za-z0-9+/]{40,}
Atlassian token | AT | AT[ACO]TT3[A-Za-z0-9_=.-]{50,}
Sourcegraph token | sg | sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}
Sourcegraph token | sl | slk_[a-f0-9]{64}
Slack token | xo | xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}
Slack token | xa | xapp-[0-9]-[A-Za-z0-9-]{20,}
Slack token | xw | xwfp-[A-Za-z0-9-]{20,}
Slack webhook | ho | hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{20,})
Discord webhook | di | discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/([0-9]{15,21}/[\w-]{40,})
Teams webhook | we | webhook\.office\.com/webhookb2/([\w@-]{60,}/IncomingWebhook/[\w/-]{40,})
Zapier webhook | ho | hooks\.zapier\.com/hooks/catch/([0-9]+/[a-z0-9]{5,}/?)
Stripe key | rk sk | [sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}
Stripe key | wh | whsec_[A-Za-z0-9+/=]{24,}
Square token | sq | sq0(?:atp|csp|idp|cgp)-[\w-]{22,}
Square token | EA | EAAA[\w-]{40,}
PayPal token | ac | access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}
Razorpay key | rz | rzp_(?:live|test)_[A-Za-z0-9]{14,}
Flutterwave key | FL | FLW(?:SEC|PUB)K(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?
GoCardless token | li sa | (?:live|sandbox)_[A-Za-z0-9_=-]{40}(?![\w=-])
Lob key | li te | (?:live|test)_(?:pub_)?[a-f0-9]{31,35}(?![A-Za-z0-9])
Freemius key | sk | sk_[A-Za-z0-9+/;:<>@#%&*!?~-]{29}(?=["'])
EasyPost key | EZ | EZ[AT]K[A-Za-z0-9]{54,}
Duffel token | du | duffel_(?:test|live)_[\w=-]{43}
Shippo token | sh | shippo_(?:live|test)_[a-fA-F0-9]{40}
Shopify token | sh | shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32,}
Plaid token | ac | access-(?:sandbox|development|production)-[0-9a-f-]{36}
OpenAI key | sk | sk-(?:proj|svcacct|admin|None)-[\w-]{20,}
OpenAI key | sk | sk-[A-Za-z0-9_-]*T3BlbkFJ[\w-]{20,}
OpenAI key | sk | sk-[A-Za-z0-9]{32,}(?![\w-])
Anthropic key | sk | sk-ant-[\w-]{20,}
OpenRouter key | sk | sk-or-(?:v1-)?[a-f0-9]{40,}
Langfuse key | sk | sk-lf-[0-9a-f-]{36}
LangSmith key | ls | lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}
Model provider's key | cs | csk-[0-9a-z]{40,}
Model provider's key | gs | gsk_[A-Za-z0-9]{40,}
Model provider's key | xa | xai-[A-Za-z0-9]{60,}
Model provider's key | r8 | r8_[A-Za-z0-9]{36,}
Model provider's key | nv | nvapi-[\w-]{50,}
Model provider's key | pp | pplx-[A-Za-z0-9]{40,}
Model provider's key | fw | fw_[A-Za-z0-9]{22,}
Model provider's key | tg | tgp_v1_[\w-]{40,}
Model provider's key | pc | pcsk_[\w]{40,}
Model provider's key | tv | tvly-[\w-]{20,}
Model provider's key | ji | jina_[a-f0-9]{32}[\w-]{20,}
Model provider's key | fc | fc-[a-f0-9]{32}
Model provider's key | sk | sk_[a-f0-9]{48}
Model provider's key | pa | pa-[\w-]{43}(?![\w-])
Model provider's key | e2 | e2b_[a-f0-9]{40}
Model provider's key | ke | key_[a-f0-9]{60,}
Model provider's key | zp | zpka_[a-z0-9_]{30,}
Model provider's key | bf | bfl_[\w]{30,}
Model provider's key | rp | rpa_[A-Z0-9]{40,}
Hugging Face token | hf | hf_[A-Za-z0-9]{30,}
Hugging Face token | ap | api_org_[A-Za-z0-9]{30,}
npm token | np | npm_[A-Za-z0-9]{36,}
PyPI token | py | pypi-[A-Za-z0-9_-]{50,}
RubyGems key | ru | rubygems_[a-f0-9]{48}
crates.io token | ci | cio[A-Za-z0-9]{32}(?![A-Za-z0-9])
NuGet key | oy | oy2[a-z0-9]{43}(?![A-Za-z0-9])
Clojars token | CL | CLOJARS_[A-Za-z0-9]{60}
Docker Hub token | dc | dckr_[a-z]{2,4}_[\w-]{20,}
Artifactory key | AK | AKC[p0-9][A-Za-z0-9]{60,}
Artifactory key | cm | cmVmd[A-Za-z0-9]{59}
Artifactory key | AP | AP[0-9A-F][A-Za-z0-9]{70,}
SendGrid key | SG | SG\.[\w-]{16,32}\.[\w-]{16,64}
Mailgun key | ke pu | (?:key|pubkey)-[a-f0-9]{32}(?![a-z0-9])
Mandrill key | md | md-[\w-]{22}(?![\w-])
Brevo key | xk | xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}
Brevo key | xs | xsmtpsib-[a-f0-9]{64}-[A-Za-z0-9]{16}
MailerSend token | ml | mlsn\.[a-f0-9]{64}
Resend key | re | re_[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,}
Twilio key | AC SK | (?:SK|AC)[0-9a-f]{32}(?![A-Za-z0-9])
Vonage or Nexmo key | ne | nexmo_[a-z0-9]{16,}
DigitalOcean token | do | do[ort]_v1_[a-f0-9]{64}
DigitalOcean token | do | dop_v1_[a-f0-9]{64}
DigitalOcean token | DO | DO00[A-Z0-9]{16}(?![A-Z0-9])
Heroku key | HR | HRKU-[A-Za-z0-9_-]{36,}
Fly.io token | fo | fo1_[\w-]{43}
Fly.io token | fm | fm[12][ar]?_[A-Za-z0-9+/]{80,}={0,3}
Netlify token | nf | nf[pcuo]_[A-Za-z0-9]{36,}
Render key | rn | rnd_[A-Za-z0-9]{28,}
Vercel token | vc | v(?:cp|ci|ca|cr|ck)_[A-Za-z0-9]{24,}
Vercel token | ve | vercel_blob_rw_[A-Za-z0-9_]{30,}
Supabase key | sb | sb(?:p|a)_[a-f0-9]{40}
Supabase key | sb | sb_secret_[\w-]{20,}
Neon key | na | napi_[a-z0-9]{50,}
PlanetScale token | ps | pscale_(?:tkn|oauth|pw)_[\w=.-]{32,}
Prefect key | pn | pn[ub]_[A-Za-z0-9]{36}
Databricks token | da | dapi[a-f0-9]{32}(?:-[0-9])?
Databricks token | dk | dkea[a-f0-9]{32}
Databricks token | do | dose[a-f0-9]{32}
ClickHouse key | 4b | 4b1d[A-Za-z0-9]{38}(?![A-Za-z0-9])
Cloudflare key | v1 | v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}
Cloudflare key | cf | cf(?:ut|at|k)_[A-Za-z0-9_-]{40,}
Vault token | hv | hv[sbr]\.[\w-]{20,}
older Vault token | s. | (?<![\w.])s\.[A-Za-z0-9]{24}(?![\w.])
Pulumi token | pu | pul-[a-f0-9]{40}
Doppler token | dp | dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}
1Password key | A3 | A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
1Password key | op | ops_eyJ[A-Za-z0-9+/_-]{100,}={0,3}
Infisical token | st | st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}
Infracost key | ic | ico-[A-Za-z0-9]{32}
Harness token | pa sa | (?:pat|sat)\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}
CircleCI token | CC | CC[IA]P[AR]T_[A-Za-z0-9]{20,}_[a-f0-9]{40}
Buildkite token | bk | bk(?:ua|ct|aj|pt)_[A-Za-z0-9]{40,}
Scalingo token | tk | tk-us-[\w-]{48}
Octopus Deploy key | AP | API-[A-Z0-9]{25,32}(?![A-Za-z0-9])
OpenShift token | sh | sha256~[\w-]{43}
Grafana token | gl | glc_[A-Za-z0-9+/]{32,}={0,3}
Grafana token | gl | glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}
Grafana token | ey | eyJrIjoi[A-Za-z0-9+/_-]{40,}={0,3}
Sentry token | sn | sntry[su]_[A-Za-z0-9+/=_-]{40,}
New Relic key | NR | NR(?:AK|II|JS|RA|BR|AA)-[\w-]{19,}
New Relic key | eu | eu01xx[a-f0-9]{30}NRAL
Dynatrace token | dt | dt0[a-z][0-9]{2}\.[A-Za-z0-9]{8,24}\.[A-Za-z0-9]{64}
Honeycomb key | hc | hc[ax](?:ik|lk|mk)_[a-z0-9]{32,}
PostHog key | ph | phx_[A-Za-z0-9]{40,}
LaunchDarkly key | ap mo sd | (?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}
Statsig key | se | secret-[A-Za-z0-9]{40,}
SonarQube token | sq | sq[upa]_[a-f0-9]{40}
Snyk token | sn | snyk_[us]at\.[a-z0-9]{8}\.[\w.-]{30,}
Codecov or Codacy token | co | codacy_[a-z0-9]{32,}
Linear key | li | lin_(?:api|oauth)_[A-Za-z0-9]{40,}
Notion token | nt | ntn_[A-Za-z0-9]{40,}
Notion token | se | secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])
Airtable token | pa | pat[A-Za-z0-9]{14}\.[a-f0-9]{64}
Asana token | 1/ 2/ | [12]/[0-9]{10,20}(?:/[0-9]{10,20})?:[a-f0-9]{32}
Figma token | fi | fig[doury]{1,2}_[\w-]{38,}
Dropbox token | sl | sl\.(?:u\.)?[\w=-]{100,}
Contentful token | CF | CFPAT-[\w-]{43}
Sanity token | sk | sk[A-Za-z0-9]{100,}(?![A-Za-z0-9])
Mapbox token | sk tk | [st]k\.eyJ[\w-]{40,}\.[\w-]{20,}
Mapbox token | pk | pk\.[a-z0-9]{60}\.[a-z0-9]{22}
Typeform token | tf | tfp_[\w.=-]{44,}
Postman key | PM | PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}
ReadMe key | rd | rdme_[a-z0-9]{60,}
Frame.io token | fi | fio-u-[\w=-]{60,}
Beamer token | b_ | b_[A-Za-z0-9=_-]{44}(?![\w=-])
Facebook token | EA | EAA[A-Z][A-Za-z0-9]{80,}
Instagram token | IG | IG(?:QV|AA)[\w-]{60,}
Okta token | 00 | (?<![\w.-])00[A-Za-z0-9_-]{40}(?![\w.-])
Authress key | au ex sc | (?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,}
Adobe secret | p8 | p8e[_-][A-Za-z0-9_-]{28,}
Intra42 secret | s- | s-s4t2(?:ud|af)-[a-f0-9]{64}
SettleMint token | sm | sm_[ap]at_[A-Za-z0-9]{16}
SettleMint token | sm | sm_sat_[A-Za-z0-9]{16}
Tailscale key | ts | tskey-[a-z]+-[\w-]{12,}
Defined Networking token | dn | dnkey-[\w=-]{26}-[\w=-]{52}
Unkey or Clerk key | un | unkey_[A-Za-z0-9]{20,}
SoftLayer key | ap | api\.softlayer\.com/soap/v[0-9.]+/([a-z0-9]{64})
JSON web token | ey | eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]{10,})?
JSON web token | ey | eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}
age key | AG | AGE-SECRET-KEY-1[A-Z0-9]{50,}
minisign or signify key | RW | RWR[TCD][A-Za-z0-9+/]{100,}={0,2}
private key in base64 | LS | LS0tLS1CRUdJTi[AB][A-Za-z0-9+/]{2}(?:RW|SU|FQ|FT|PU|QR|QU|EU|BS|BF|BP|BQ|BE|BT)[A-Za-z0-9+/=]{60,}
private key in base64 | LS | LS0tLS1CRUdJTiB(?:QUk|SU0|FQy|PUE|FTk|EU0|QR1A)[A-Za-z0-9+/=]{60,}
Azure signature | si | (?<=[?&;"])sig=([A-Za-z0-9%+/]{40,}(?:%3[dD]|=){0,2})
GitLab session | gi | gitlab_session=([0-9a-z]{32})
npm token | au | authToken\s*=\s*"?([^\s$<{"']{16,})
npm password | pa | (?<=:_)password\s*=\s*"?([^\s$<{"']{8,})
npm password | au | (?<=_)auth\s*=\s*"?([A-Za-z0-9+/=]{12,})
Sidekiq key | CO | CONTRIBSYS__COM\W{1,5}([a-f0-9]{8}:[a-f0-9]{8})(?![a-f0-9])
"""

# Tokens known by something in their middle, any of these (BAR is a |), or by their shape.
SHAPES = r"""
Telegram bot token | :A | [0-9]{6,12}:A[A-Za-z0-9_-]{32,35}(?![\w-])
Facebook token | %7C BAR | [0-9]{15,16}(?:\||%7C)[\w-]{27,40}
Azure AD secret | Q~ | [\w.~-]{3}[0-9]Q~[\w.~-]{30,36}
Azure service key | AzFu ACDb AzCa AIoT ASbS AEhS APIM AzSe | [A-Za-z0-9+/_-]{30,76}(?:AzFu|ACDb|AzCa|AIoT|ASbS|AEhS|APIM|AzSe)[A-Za-z0-9+/_-]{5,8}(?:={1,2}|(?![\w+/=-]))
Azure DevOps token | AZDO | [A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])
Discord bot token | . | [MNO][A-Za-z0-9_-]{22,27}\.[\w-]{6}\.[\w-]{27,45}
Mailgun signing key | - | [a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![\w-])
Mailchimp key | -us | [a-f0-9]{32}-us[0-9]{1,2}(?![0-9a-z])
Terraform Cloud token | .atlasv1. | [A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,}
Kubernetes bootstrap token | . | [a-z0-9]{6}\.(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{16}(?![\w.-])
New Relic key | NRAL | [a-f0-9]{36}NRAL
MaxMind key | _mmk | [A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk
X or Twitter token | AAAAAAAAAAAAAAAA | A{20,}[A-Za-z0-9%]{60,}
"""

# Kinds whose shape other things have too: they must look random.
PLAIN = frozenset(
    {
        "Adobe secret", "Artifactory key", "Azure service key", "Beamer token", "Discord bot token", "Freemius key", "GoCardless token",
        "Kubernetes bootstrap token", "Lob key", "Mailgun signing key", "Mandrill key", "Model provider's key", "Octopus Deploy key",
        "Okta token", "Sanity token", "older Vault token", "X or Twitter token", "Yandex Cloud key",
    }
)  # fmt: skip
