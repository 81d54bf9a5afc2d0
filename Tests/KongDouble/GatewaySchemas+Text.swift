extension GatewaySchemas {
    /// Facts of the Admin API's description (3.9) and of the declarative format. `path` where the API spells it otherwise.
    static let text = """
        certificates:
          fields:
            cert: {required: true}
            key: {required: true}
            cert_alt: string
            key_alt: string
        ca_certificates:
          fields:
            cert: {required: true}
            cert_digest: {auto: true}
        snis:
          key: name
          fields:
            name: {required: true, unique: true}
            certificate: {reference: certificates, required: true}
        vaults:
          key: prefix
          fields:
            prefix: {type: prefix, required: true, unique: true}
            name: {required: true, one_of: [env, aws, gcp, hcv, azure, conjur]}
            description: string
            config: map
        key_sets:
          key: name
          path: key-sets
          fields:
            name: {unique: true}
        keys:
          key: name
          fields:
            name: {unique: true}
            kid: {required: true}
            jwk: string
            pem: {fields: {private_key: string, public_key: string}}
            set: {reference: key_sets}
        upstreams:
          key: name
          fields:
            name: {required: true, unique: true}
            algorithm: {one_of: [consistent-hashing, least-connections, round-robin, latency, sticky-sessions], default: round-robin}
            hash_on: &hash {one_of: [none, consumer, ip, header, cookie, path, query_arg, uri_capture], default: none}
            hash_fallback: *hash
            hash_on_header: string
            hash_fallback_header: string
            hash_on_cookie: string
            hash_on_cookie_path: {default: /}
            hash_on_query_arg: string
            hash_fallback_query_arg: string
            hash_on_uri_capture: string
            hash_fallback_uri_capture: string
            slots: {type: integer, between: [10, 65536], default: 10000}
            host_header: string
            client_certificate: {reference: certificates}
            use_srv_name: {type: boolean, default: false}
            healthchecks:
              fields:
                threshold: {type: number, between: [0, 100], default: 0}
                active:
                  fields:
                    type: {one_of: [tcp, http, https, grpc, grpcs], default: http}
                    timeout: {type: number, default: 1}
                    concurrency: {type: integer, default: 10}
                    http_path: {default: /}
                    https_sni: string
                    https_verify_certificate: {type: boolean, default: true}
                    headers: map
                    healthy:
                      fields:
                        interval: {type: number, default: 0}
                        http_statuses: {type: list, default: [200, 302]}
                        successes: {type: integer, between: [0, 255], default: 0}
                    unhealthy:
                      fields:
                        interval: {type: number, default: 0}
                        http_statuses: {type: list, default: [429, 404, 500, 501, 502, 503, 504, 505]}
                        tcp_failures: {type: integer, between: [0, 255], default: 0}
                        timeouts: {type: integer, between: [0, 255], default: 0}
                        http_failures: {type: integer, between: [0, 255], default: 0}
                passive:
                  fields:
                    type: {one_of: [tcp, http, https, grpc, grpcs], default: http}
                    healthy:
                      fields:
                        http_statuses: {type: list, default: [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308]}
                        successes: {type: integer, between: [0, 255], default: 0}
                    unhealthy:
                      fields:
                        http_statuses: {type: list, default: [429, 500, 503]}
                        tcp_failures: {type: integer, between: [0, 255], default: 0}
                        timeouts: {type: integer, between: [0, 255], default: 0}
                        http_failures: {type: integer, between: [0, 255], default: 0}
        targets:
          key: target
          fields:
            target: {required: true}
            weight: {type: integer, between: [0, 65535], default: 100}
            upstream: {reference: upstreams, required: true}
        services:
          key: name
          fields:
            name: {unique: true}
            protocol: {one_of: &protocols [grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp], default: http}
            host: {required: true}
            port: {type: integer, between: [0, 65535], default: 80}
            path: string
            retries: {type: integer, between: [0, 32767], default: 5}
            connect_timeout: &timeout {type: integer, between: [1, 2147483646], default: 60000}
            write_timeout: *timeout
            read_timeout: *timeout
            enabled: {type: boolean, default: true}
            client_certificate: {reference: certificates}
            tls_verify: boolean
            tls_verify_depth: {type: integer, between: [0, 64]}
            ca_certificates: list
        routes:
          key: name
          fields:
            name: {unique: true}
            protocols: {type: list, one_of: *protocols, default: [http, https]}
            methods: list
            hosts: list
            paths: list
            headers: map
            snis: list
            sources: list
            destinations: list
            https_redirect_status_code: {type: integer, one_of: [426, 301, 302, 307, 308], default: 426}
            regex_priority: {type: integer, default: 0}
            strip_path: {type: boolean, default: true}
            path_handling: {one_of: [v0, v1], default: v0}
            preserve_host: {type: boolean, default: false}
            request_buffering: {type: boolean, default: true}
            response_buffering: {type: boolean, default: true}
            service: {reference: services}
        consumers:
          key: username
          fields:
            username: {unique: true}
            custom_id: {unique: true}
        acls:
          fields:
            group: {required: true}
            consumer: {reference: consumers, required: true}
        basicauth_credentials:
          key: username
          path: basic-auths
          fields:
            username: {required: true, unique: true}
            password: {required: true}
            consumer: {reference: consumers, required: true}
        hmacauth_credentials:
          key: username
          path: hmac-auths
          fields:
            username: {required: true, unique: true}
            secret: {auto: true}
            consumer: {reference: consumers, required: true}
        jwt_secrets:
          key: key
          path: jwts
          fields:
            key: {unique: true, auto: true}
            secret: {auto: true}
            rsa_public_key: string
            algorithm: {one_of: [HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512, EdDSA], default: HS256}
            consumer: {reference: consumers, required: true}
        keyauth_credentials:
          key: key
          path: key-auths
          fields:
            key: {unique: true, auto: true}
            ttl: {type: integer, between: [0, 100000000]}
            consumer: {reference: consumers, required: true}
        oauth2_credentials:
          key: client_id
          path: oauth2
          fields:
            name: {required: true}
            client_id: {unique: true, auto: true}
            client_secret: {auto: true}
            hash_secret: {type: boolean, default: false}
            redirect_uris: list
            client_type: {one_of: [confidential, public], default: confidential}
            consumer: {reference: consumers, required: true}
        plugins:
          fields:
            name: {required: true}
            instance_name: {unique: true}
            config: map
            enabled: {type: boolean, default: true}
            protocols: {type: list, one_of: *protocols, default: [grpc, grpcs, http, https]}
            service: {reference: services}
            route: {reference: routes}
            consumer: {reference: consumers}
            ordering: map
        filter_chains:
          key: name
          path: filter-chains
          fields:
            name: {unique: true}
            enabled: {type: boolean, default: true}
            filters: {type: list, required: true}
            service: {reference: services}
            route: {reference: routes}
        """
}
