# codex-deployer: the two commands a newcomer needs are `make run` and `make test`.

PREFIX ?= /usr/local
SWIFT ?= swift
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEBUG := .build/debug
RELEASE := .build/release
SOURCES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

.PHONY: run test bench install uninstall build release deps test-deps format lint clean

run: build
	@$(DEBUG)/host demo --plugins "$(CURDIR)/.build/plugins" .demo
	@exec $(DEBUG)/host run --workspace .demo/workspace --plugins "$(CURDIR)/.build/plugins" --welcome

build: deps
	$(SWIFT) build -j $(JOBS)
	@$(MAKE) --no-print-directory plugins-of DIR=$(DEBUG)

release: deps
	$(SWIFT) build -c release -j $(JOBS)

# The plugins beside each other, as they lie in an installed tree.
.PHONY: plugins-of
plugins-of:
	@mkdir -p .build/plugins && chmod 755 .build/plugins
	@for library in $(DIR)/lib*Plugin.so; do \
	    install -m 755 "$$library" .build/plugins/; done

test: test-deps
	$(SWIFT) build --build-tests -j $(JOBS)
	@$(MAKE) --no-print-directory plugins-of DIR=$(DEBUG)
	DEPLOYER_TEST_BIN="$(CURDIR)/$(DEBUG)" DEPLOYER_TEST_PLUGINS="$(CURDIR)/.build/plugins" \
	    $(SWIFT) test --skip-build $(TESTFLAGS)

bench: test-deps release
	$(SWIFT) run -c release --package-path Benchmarks deployer-bench

install: release
	install -d $(DESTDIR)$(PREFIX)/lib/codex-deployer/bin $(DESTDIR)$(PREFIX)/lib/codex-deployer/plugins \
	    $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system
	for tool in host PluginWorker GitTransport ServiceSupervisor; do \
	    install -m 755 $(RELEASE)/$$tool $(DESTDIR)$(PREFIX)/lib/codex-deployer/bin/; done
	for library in $(RELEASE)/lib*Plugin.so; do \
	    install -m 755 $$library $(DESTDIR)$(PREFIX)/lib/codex-deployer/plugins/; done
	ln -sfn ../lib/codex-deployer/bin/host $(DESTDIR)$(PREFIX)/bin/codex-deployer
	sed 's|@PREFIX@|$(PREFIX)|g' systemd/codex-deployer.service.in \
	    > $(DESTDIR)$(PREFIX)/lib/systemd/system/codex-deployer.service

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/lib/codex-deployer
	rm -f $(DESTDIR)$(PREFIX)/bin/codex-deployer $(DESTDIR)$(PREFIX)/lib/systemd/system/codex-deployer.service

deps:
	@Scripts/install-system-packages

test-deps:
	@Scripts/install-system-packages --tests

format:
	$(SWIFT) format --in-place --parallel --recursive $(wildcard $(SOURCES))

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(wildcard $(SOURCES))
	@Scripts/check-sources

clean:
	$(SWIFT) package clean
	rm -rf .demo
