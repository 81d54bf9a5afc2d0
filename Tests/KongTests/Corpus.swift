/// Good and bad declarative files.
enum Corpus {
    static let all = good + structure + values + rules + relations

    static let good: [CorpusFile] = [
        CorpusFile("a shop", Sample.shop),
        CorpusFile("version 1.1", "_format_version: \"1.1\"\nservices:\n- name: a\n  url: http://x\n"),
        CorpusFile("version 2.1", "_format_version: '2.1'\nservices:\n- name: a\n  url: http://x\n"),
        .with("nothing but a version", ""),
        .with("a vault reference", "services:\n- name: a\n  host: \"{vault://env/shop-host}\""),
        .with("an environment variable", "services:\n- name: a\n  host: \"${SHOP_HOST}\"\n  path: \"${SHOP_PATH}\""),
        .with("decK's variable", "services:\n- name: a\n  host: ${{ env \"DECK_HOST\" }}"),
        .with("members of decK", "_info:\n  select_tags: [a]\nservices:\n- name: a\n  host: b"),
        .with(
            "comments", "_comment: hello\nservices:\n- name: a\n  host: b\n  _comment: mine\n  _ignore: [x]",
            otherwise: .comments),
        .with(
            "a top-level route", "services:\n- name: a\n  host: b\nroutes:\n- name: r\n  paths: [/r]\n  service: a",
            otherwise: .references),
        .with(
            "a route of an id",
            "services:\n- name: a\n  id: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e\n  host: b\nroutes:\n- name: r\n  paths: [/r]\n  service: {id: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e}"
        ),
        .with(
            "a route without a name", "services:\n- name: a\n  host: b\n  routes:\n  - paths: [/r]", otherwise: .names),
        .with(
            "top-level targets", "upstreams:\n- name: u\ntargets:\n- target: h:80\n  upstream: u",
            otherwise: .newerEntities),
        .with("vaults", "vaults:\n- name: env\n  prefix: my-env\n  config: {prefix: X_}", otherwise: .newerEntities),
        .with(
            "key sets",
            "key_sets:\n- name: s\nkeys:\n- name: k\n  kid: a\n  set: s\n  jwk: '{\"kid\": \"a\", \"kty\": \"oct\"}'",
            otherwise: .newerEntities),
        .with(
            "filter chains", "services:\n- name: a\n  host: b\n  filter_chains:\n  - filters: [{name: f, config: x}]",
            otherwise: .newerEntities),
        .with(
            "every credential",
            """
            consumers:
            - username: alice
              custom_id: "7"
              acls: [{group: staff}]
              basicauth_credentials: [{username: a, password: p}]
              hmacauth_credentials: [{username: a, secret: s}]
              jwt_secrets: [{key: k, secret: s, algorithm: HS256}]
              keyauth_credentials: [{key: k}]
              oauth2_credentials: [{name: app, client_id: c, client_secret: s, redirect_uris: ["https://app.example"]}]
            """),
        .with(
            "credentials that are made up",
            "consumers:\n- username: a\n  jwt_secrets: [{}]\n  keyauth_credentials: [{}]", otherwise: .defaults),
        .with(
            "health checks",
            """
            upstreams:
            - name: u.internal
              algorithm: least-connections
              healthchecks:
                threshold: 50
                active: {type: https, https_sni: u.internal, healthy: {interval: 5, successes: 2, http_statuses: [200]}}
                passive: {unhealthy: {http_failures: 3, timeouts: 1}}
            """),
        .with(
            "plugins everywhere",
            """
            plugins:
            - name: prometheus
            - name: rate-limiting
              service: a
              config: {minute: 5, policy: local}
            services:
            - name: a
              host: b
              plugins: [{name: cors}]
              routes:
              - name: r
                paths: ["/r", "~/r/\\\\d+$"]
                headers: {x-tenant: [one, two]}
                plugins: [{name: cors, enabled: false, protocols: [http]}]
            """),
        .with("letters that decK reads as booleans", "services:\n- name: a\n  host: y", otherwise: .yamlOneOne),
        .with(
            "words that are booleans to the gateway",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [/r]\n    strip_path: no"),
        .with(
            "streams",
            "services:\n- name: a\n  host: b\n  protocol: tcp\n  routes:\n  - name: r\n    protocols: [tcp]\n    destinations: [{ip: 10.0.0.0/8, port: 9000}]"
        ),
    ]

    static let structure: [CorpusFile] = [
        CorpusFile("no version", "services:\n- name: a\n  host: b\n", ["1:1 kong.version"], otherwise: .versions),
        CorpusFile(
            "a version that is a number", "_format_version: 3.0\nservices:\n- name: a\n  host: b\n",
            ["1:18 kong.version"]),
        CorpusFile("a version of tomorrow", "_format_version: \"4.0\"\n", ["1:18 kong.version"], otherwise: .versions),
        CorpusFile("no mapping", "- a\n- b\n", ["1:1 kong.structure"]),
        .with("an unknown list", "servces:\n- name: a\n  host: b", ["2:1 kong.unknown"]),
        .with("an unknown member", "services:\n- name: a\n  host: b\n  protcol: http", ["5:3 kong.unknown"]),
        .with("a member of another entity", "services:\n- name: a\n  host: b\n  paths: [/a]", ["5:3 kong.unknown"]),
        .with("a mapping in place of a list", "services:\n  a: {host: b}", ["3:3 kong.structure"]),
        .with("texts in place of entities", "services:\n- a", ["3:3 kong.structure"]),
        .with(
            "a member twice", "services:\n- name: a\n  host: b\n  host: c", ["5:3 kong.syntax"],
            otherwise: .duplicateKeys),
        .with(
            "an unknown check", "upstreams:\n- name: u\n  healthchecks:\n    active: {tpye: http}",
            ["5:14 kong.unknown"]),
        .with(
            "an unknown member of pem", "key_sets: []\nkeys:\n- kid: a\n  pem: {publik_key: x}",
            ["5:9 kong.unknown", "5:3 kong.entity"].sorted()),
    ]

    static let values: [CorpusFile] = [
        .with("a number as a name", "services:\n- name: 12\n  host: b", ["3:9 kong.value"]),
        .with("a text as a port", "services:\n- name: a\n  host: b\n  port: \"80\"", ["5:9 kong.value"]),
        .with("a boolean as a text", "services:\n- name: a\n  host: b\n  enabled: \"yes\"", ["5:12 kong.value"]),
        .with("a word that is a boolean to the gateway", "services:\n- name: a\n  host: no", ["4:9 kong.value"]),
        .with("a name that is a number to the gateway", "services:\n- name: 0777\n  host: b", ["3:9 kong.value"]),
        .with(
            "a port out of range", "services:\n- name: a\n  host: b\n  port: 99999", ["5:9 kong.value"],
            otherwise: .noRanges),
        .with(
            "a timeout of nothing", "services:\n- name: a\n  host: b\n  read_timeout: 0", ["5:17 kong.value"],
            otherwise: .noRanges),
        .with(
            "a protocol nobody speaks", "services:\n- name: a\n  host: b\n  protocol: htp", ["5:13 kong.value"],
            otherwise: .noRanges),
        .with(
            "a path without a slash", "services:\n- name: a\n  host: b\n  path: api", ["5:9 kong.value"],
            otherwise: .noRanges),
        .with("a host with a port", "services:\n- name: a\n  host: b:80", ["4:9 kong.value"], otherwise: .noRanges),
        .with("a URL without a scheme", "services:\n- name: a\n  url: shop.internal/api", ["4:8 kong.value"]),
        .with(
            "a method in small letters", "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    methods: [get]",
            ["7:15 kong.value"], otherwise: .noRanges),
        .with(
            "an expression that does not close",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [\"~/a(b\"]", ["7:13 kong.value"],
            otherwise: .noRanges),
        .with(
            "an id that is none", "services:\n- name: a\n  id: \"17\"\n  host: b", ["4:7 kong.value"],
            otherwise: .noRanges),
        .with(
            "a redirect nobody knows",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [/a]\n    https_redirect_status_code: 200",
            ["8:33 kong.value"], otherwise: .noRanges),
        .with(
            "a target without a host", "upstreams:\n- name: u\n  targets:\n  - target: \":80\"", ["5:13 kong.value"],
            otherwise: .noRanges),
        .with(
            "an upstream that is an address", "upstreams:\n- name: 10.0.0.1", ["3:9 kong.value"], otherwise: .noRanges),
        .with(
            "weights without end", "upstreams:\n- name: u\n  targets:\n  - target: h:80\n    weight: 70000",
            ["6:13 kong.value"], otherwise: .noRanges),
        .with("a list of numbers as tags", "services:\n- name: a\n  host: b\n  tags: [1]", ["5:10 kong.value"]),
        .with(
            "a certificate that is none",
            "certificates:\n- id: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e\n  cert: hello\n  key: world",
            ["4:9 kong.value", "5:8 kong.value"], otherwise: .noRanges),
    ]

    static let rules: [CorpusFile] = [
        .with("a service without a host", "services:\n- name: a\n  port: 80", ["3:3 kong.entity"], otherwise: .noRules),
        .with(
            "a path of tcp", "services:\n- name: a\n  host: b\n  protocol: tcp\n  path: /x", ["6:3 kong.entity"],
            otherwise: .noRules),
        .with(
            "verification of http", "services:\n- name: a\n  host: b\n  tls_verify: true", ["5:3 kong.entity"],
            otherwise: .noRules),
        .with(
            "a route that matches nothing", "services:\n- name: a\n  host: b\n  routes:\n  - name: r",
            ["6:5 kong.entity"], otherwise: .noRules),
        .with(
            "protocols that do not go together",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [/r]\n    protocols: [http, tcp]",
            ["8:5 kong.entity"], otherwise: .noRules),
        .with(
            "paths of tcp",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    protocols: [tcp]\n    paths: [/r]\n    snis: [a.b]",
            ["8:5 kong.entity", "9:5 kong.entity"], otherwise: .noRules),
        .with(
            "the host as a header", "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    headers: {Host: [x]}",
            ["7:15 kong.entity"], otherwise: .noRules),
        .with(
            "a hash of no header", "upstreams:\n- name: u\n  hash_on: header", ["4:3 kong.entity"], otherwise: .noRules),
        .with(
            "a fallback to the same", "upstreams:\n- name: u\n  hash_on: ip\n  hash_fallback: ip", ["5:3 kong.entity"],
            otherwise: .noRules),
        .with("a consumer without a name", "consumers:\n- tags: [a]", ["3:3 kong.entity"]),
        .with(
            "a credential without its secret", "consumers:\n- username: a\n  basicauth_credentials: [{username: a}]",
            ["4:27 kong.missing"]),
        .with(
            "a key of RSA without one",
            "consumers:\n- username: a\n  jwt_secrets: [{key: k, secret: s, algorithm: RS256}]", ["4:37 kong.entity"],
            otherwise: .noRules),
        .with("a plugin without a name", "plugins:\n- config: {}", ["3:3 kong.missing"]),
        .with("a target without an upstream", "targets:\n- target: h:80", ["3:3 kong.missing"]),
        .with("a key in no form", "keys:\n- kid: a\n  name: k", ["3:3 kong.entity"]),
        .with("a filter chain of nobody", "filter_chains:\n- filters: [{name: f}]", ["3:3 kong.entity"]),
        .with("a vault with a bad prefix", "vaults:\n- name: env\n  prefix: My_Env", ["4:11 kong.value"]),
    ]

    static let relations: [CorpusFile] = [
        .with(
            "a plugin of nobody", "services:\n- name: shop\n  host: b\nplugins:\n- name: cors\n  service: shp",
            ["7:12 kong.reference"]),
        .with("a route of nobody", "routes:\n- name: r\n  paths: [/a]\n  service: a", ["5:12 kong.reference"]),
        .with("a credential of nobody", "acls:\n- group: g\n  consumer: bob", ["4:13 kong.reference"]),
        .with(
            "a certificate of nobody", "snis:\n- name: a.example\n  certificate: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e",
            ["4:16 kong.reference"]),
        .with("a service twice", "services:\n- name: a\n  host: b\n- name: a\n  host: c", ["5:9 kong.duplicate"]),
        .with(
            "a route twice",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [/a]\n- name: c\n  host: d\n  routes:\n  - name: r\n    paths: [/b]",
            ["11:11 kong.duplicate"]),
        .with(
            "an id twice",
            "services:\n- name: a\n  id: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e\n  host: b\n- name: b\n  id: 5e5f0d5a-7a0c-4f6e-9a43-0d6f0c1b2a3e\n  host: c",
            ["7:7 kong.duplicate"]),
        .with(
            "a plugin twice for one", "services:\n- name: a\n  host: b\n  plugins: [{name: cors}, {name: cors}]",
            ["5:34 kong.duplicate"]),
        .with(
            "a plugin twice, told otherwise",
            "services:\n- name: a\n  host: b\n  plugins: [{name: cors}]\nplugins:\n- name: cors\n  service: a",
            ["7:9 kong.duplicate"]),
        .with(
            "a target twice", "upstreams:\n- name: u\n  targets: [{target: \"h:80\"}, {target: \"h:80\"}]",
            ["4:40 kong.duplicate"]),
        .with(
            "one target of two upstreams",
            "upstreams:\n- name: u\n  targets: [{target: \"h:80\"}]\n- name: v\n  targets: [{target: \"h:80\"}]"),
        .with(
            "a key twice",
            "consumers:\n- username: a\n  keyauth_credentials: [{key: k}]\n- username: b\n  keyauth_credentials: [{key: k}]",
            ["6:31 kong.duplicate"]),
        .with(
            "a route that names the service it stands in",
            "services:\n- name: a\n  host: b\n  routes:\n  - name: r\n    paths: [/r]\n    service: a",
            ["8:14 kong.reference"]),
        .with(
            "a route in one service that names another",
            "services:\n- name: a\n  host: b\n- name: c\n  host: d\n  routes:\n  - name: r\n    paths: [/r]\n    service: a",
            ["10:14 kong.reference"]),
    ]
}
