import CGit2

extension Session {
    /// libgit2's callbacks with this session as their payload; the session must outlive the operation.
    func callbacks() -> git_remote_callbacks {
        var callbacks = git_remote_callbacks()
        git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.credentials = { out, _, user, allowed, payload in
            Session.from(payload).offerCredentials(out, user: user.map { String(cString: $0) }, allowed: allowed)
        }
        callbacks.certificate_check = { certificate, isValid, _, payload in
            Session.from(payload).check(certificate, isValid: isValid == 1)
        }
        callbacks.sideband_progress = { text, count, payload in
            guard let text, count > 0 else { return 0 }
            text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) {
                Session.from(payload).takeRemoteText(UnsafeBufferPointer(start: $0, count: Int(count)))
            }
            return 0
        }
        callbacks.transfer_progress = { statistics, payload in
            guard let statistics = statistics?.pointee else { return 0 }
            let session = Session.from(payload)
            session.receivedObjects = Int(statistics.received_objects)
            session.receivedBytes = statistics.received_bytes
            session.progress(
                objects: session.receivedObjects, total: Int(statistics.total_objects), bytes: session.receivedBytes)
            return 0
        }
        callbacks.update_tips = { name, old, new, payload in
            guard let name, let old, let new else { return 0 }
            Session.from(payload).reply.line(
                "update", LibGit2.text(old.pointee), LibGit2.text(new.pointee), String(cString: name))
            return 0
        }
        callbacks.push_transfer_progress = { current, total, bytes, payload in
            let session = Session.from(payload)
            session.receivedObjects = Int(current)
            session.receivedBytes = bytes
            session.progress(objects: Int(current), total: Int(total), bytes: bytes)
            return 0
        }
        callbacks.push_update_reference = { name, refusal, payload in
            guard let name else { return 0 }
            let reply = Session.from(payload).reply
            if let refusal {
                reply.line("answer", String(cString: name), String(cString: refusal))
            } else {
                reply.line("answer", String(cString: name))
            }
            return 0
        }
        callbacks.push_negotiation = { updates, count, payload in
            Session.from(payload).checkExpectations(updates, count: count)
        }
        return callbacks
    }

    private static func from(_ payload: UnsafeMutableRawPointer?) -> Session {
        // The payload is always set by `callbacks()`; libgit2 hands it back unchanged.
        Unmanaged<Session>.fromOpaque(payload.unsafelyUnwrapped).takeUnretainedValue()
    }

    /// Offers what is configured, once per connection: an answer of "no" ends the operation instead of being asked again.
    private func offerCredentials(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, user: String?, allowed: UInt32
    ) -> Int32 {
        let login = user ?? "git"
        if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0, !credentialsOffered, request["key"] != nil {
            return git_credential_username_new(out, login)
        }
        guard !credentialsOffered else {
            return refuse(TransportError(.authRejected, "the remote refused the credentials"))
        }
        if allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0, let password = request["password"] {
            credentialsOffered = true
            return git_credential_userpass_plaintext_new(out, request["username"] ?? login, password)
        }
        if allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0, let key = request["key"] {
            credentialsOffered = true
            return git_credential_ssh_key_new(out, login, nil, key, request["passphrase"])
        }
        let isConfigured = request["password"] != nil || request["key"] != nil
        return refuse(
            isConfigured
                ? TransportError(.authUnsupported, "the remote takes no credentials of the configured kind")
                : TransportError(.authRequired, "the remote asks for credentials"))
    }

    private func check(_ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool) -> Int32 {
        guard let certificate, certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
            // X.509: libgit2's own verdict stands, with its own words.
            return GIT_PASSTHROUGH.rawValue
        }
        let verdict = UnsafeMutableRawPointer(certificate).withMemoryRebound(to: git_cert_hostkey.self, capacity: 1) {
            KnownHosts(request).verdict(on: $0.pointee)
        }
        return verdict.map(refuse) ?? 0
    }

    private func checkExpectations(
        _ updates: UnsafeMutablePointer<UnsafePointer<git_push_update>?>?, count: Int
    ) -> Int32 {
        for index in 0..<count {
            guard let update = updates?[index]?.pointee, let name = update.dst_refname.map({ String(cString: $0) }),
                let expected = expectations[name]
            else { continue }
            // libgit2 calls what the remote advertised `src`.
            let text = LibGit2.text(update.src)
            let actual = text.allSatisfy { $0 == "0" } ? nil : text
            if actual != expected {
                return refuse(TransportError(.lease, "\(name) \(expected ?? "absent") \(actual ?? "absent")"))
            }
        }
        return 0
    }

    private func refuse(_ error: TransportError) -> Int32 {
        finding = error
        return GIT_EUSER.rawValue
    }
}
