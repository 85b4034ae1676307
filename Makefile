# Cupola: one entry for people and CI. `make help` lists the targets.
#
#   make run                 the built-in panorama test card
#   make run MEDIA=path      a file or a folder of 360° files
#   make run ARGS='--config etc/cupola/cupola.yaml'
#   make deb && sudo apt install ./.build/cupola_*.deb

SHELL := /bin/bash
SWIFT ?= swift
# More compilers than cores: of what is ready the build starts the last by name first, and the longest chain (NIO's
# modules) would wait for a core until the others are done. Each compiler takes up to 0.6 GB. The number is the same each
# time on a machine: with another one everything is built anew.
JOBS ?= $(shell cores=$$(nproc); room=$$(awk '/^MemTotal/ {print int($$2 / 600000)}' /proc/meminfo); \
  jobs=$$((cores * 3 < room ? cores * 3 : room)); echo $$((jobs > cores ? jobs : cores)))
# PIE is the default; the rest makes an overflow in C, ours or a dependency's, an end and no way in. Calls that the C
# library checks are in Package.swift: where Swift imports its headers they are declared twice.
HARDENING := $(foreach flag,-fstack-protector-strong -fstack-clash-protection,-Xcc $(flag)) \
  $(foreach flag,-z relro -z now,-Xlinker $(flag))
FLAGS := -c release --explicit-target-dependency-import-check error -j $(JOBS) $(HARDENING)
BIN := .build/release
MEDIA ?=
ARGS ?=
PREFIX ?= /usr
DESTDIR ?=
# The last tag (v1.2), and how far behind it this is; without a tag the number of commits.
VERSION ?= $(shell v=$$(git describe --tags --match 'v[0-9]*' 2> /dev/null) && echo $${v\#v} | tr - + \
  || echo 0.$$(git rev-list --count HEAD 2> /dev/null || echo 0))

BUILD_PACKAGES := build-essential pkg-config zlib1g-dev libavformat-dev libavcodec-dev libavutil-dev libswscale-dev \
  libsrtp2-dev libssl-dev libsystemd-dev libva-dev libdrm-dev libqrencode-dev
TEST_PACKAGES := ffmpeg chromium fonts-dejavu-core curl openssl binutils python3 python3-venv python3-prometheus-client \
  mmdebstrap systemd-container iproute2 procps stress-ng python3-gi gir1.2-gst-plugins-base-1.0 \
  gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad \
  gstreamer1.0-nice golang-go golang-github-pion-webrtc.v3-dev aom-tools vpx-tools zbar-tools \
  qemu-system-x86 busybox-static kmod cpio

.PHONY: always help run build install deb test test-boot test-screen test-debian13 hardware-test soak bench fuzz sanitize lint format clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: build ## start Cupola; MEDIA=path plays a file or a folder
	exec $(BIN)/cupola run $(if $(MEDIA),--media "$(MEDIA)") $(ARGS)

build: .build/packages-build .build/built ## a release build in .build/release

# SwiftPM takes seconds to find out that nothing has changed; this takes none.
.build/built: Package.swift $(shell find Sources) .build/toolchain $(if $(wildcard $(BIN)/cupola),,always)
	@test -e $@ || echo 'Building Cupola: two to five minutes the first time. [done/all] counts the steps.'
	$(SWIFT) build $(FLAGS) --product cupola
	@touch $@

# Written anew when another compiler is there.
.build/toolchain: always
	@mkdir -p .build
	@swift=$$(stat -Lc '%n %s %Y' "$$(command -v $(SWIFT))"); test "$$swift" = "$$(cat $@ 2> /dev/null)" || echo "$$swift" > $@

always:

install: ## lay out what `make build` made; DESTDIR=, PREFIX=/usr; files in /etc that are there stay as they are
	@test -x $(BIN)/cupola || { echo 'There is no $(BIN)/cupola: `make build` first.' >&2; exit 1; }
	install -D -m 755 $(BIN)/cupola $(DESTDIR)$(PREFIX)/bin/cupola
	@set -e; lay() { install -D -m 644 $$1 $(DESTDIR)$$2; }; \
	for page in $$(cd web && find . -type f ! -name screenshot.png); do lay web/$$page $(PREFIX)/share/cupola/web/$$page; done; \
	for file in README.md LICENSE; do lay $$file $(PREFIX)/share/doc/cupola/$$file; done; \
	for file in sysusers.d/cupola.conf tmpfiles.d/cupola.conf udev/rules.d/70-cupola.rules \
	  systemd/journald.conf.d/cupola.conf systemd/system/cupola.service; do lay etc/$$file $(PREFIX)/lib/$$file; done; \
	sed -i 's,/usr/\(bin/cupola\|share/doc\),$(PREFIX)/\1,' $(DESTDIR)$(PREFIX)/lib/systemd/system/cupola.service; \
	test -e $(DESTDIR)/etc/avahi/services/cupola.service || lay etc/avahi/services/cupola.service /etc/avahi/services/cupola.service; \
	test -e $(DESTDIR)/etc/cupola/cupola.yaml || install -D -m 640 etc/cupola/cupola.yaml $(DESTDIR)/etc/cupola/cupola.yaml

deb: .build/packages-build ## a Debian package in .build, with the Swift runtime linked into the program
	$(SWIFT) build $(FLAGS) --static-swift-stdlib --scratch-path .build-static --product cupola
	rm -rf .build-static/package .build/*.deb
	$(MAKE) --no-print-directory install BIN=.build-static/release DESTDIR=.build-static/package PREFIX=/usr
	strip .build-static/package/usr/bin/cupola
	image/debian/build .build-static/package $(VERSION) .build/cupola_$(VERSION)_$$(dpkg --print-architecture).deb
	@ls -sh .build/*.deb

# One test at a time: those of the sockets, the threads and the browsers want the machine for themselves.
test: .build/packages-build .build/packages-test .build/nginx .build/python/made .build/players/whep-pion ## all tests, browsers included
	$(MAKE) --no-print-directory -s -C Tests/VADriver all $(if $(FILTER),,checked)
	$(SWIFT) build $(FLAGS) --build-tests
	@set -o pipefail; \
	$(SWIFT) test $(FLAGS) --skip-build --disable-xctest --no-parallel $(if $(FILTER),--filter '$(FILTER)') 2>&1 | tee .build/test.log \
	  || { echo; echo 'What failed (all of it: .build/test.log):'; grep -a '^✘' .build/test.log | cut -c 1-1000; exit 1; }
	@$(MAKE) --no-print-directory test-boot

# Unpacked and not installed: nobody wants a web server started on port 80 for a test.
.build/nginx: .build/packages-test
	@rm -rf $@ $@.part && mkdir -p $@.part
	@cd $@.part && { apt-get download -qq nginx 2> /dev/null || { apt-get update -qq && apt-get download -qq nginx; }; }
	@dpkg-deb --extract $@.part/nginx_*.deb $@.part && mv $@.part $@

.build/players/whep-pion: $(wildcard Tests/Players/src/whep-pion/*) .build/packages-test
	GO111MODULE=off GOPATH=$(CURDIR)/Tests/Players:/usr/share/gocode GOCACHE=$(CURDIR)/.build/players/cache \
	  go build -o $@ whep-pion

# The package in a Debian of its own with systemd as PID 1; FILTER= runs tests by name and leaves this out.
test-boot: as_root := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
test-boot: .build/packages-test
ifndef FILTER
	set -o pipefail; systemd-analyze security --offline=true --threshold=15 etc/systemd/system/cupola.service | tail -n 1
	$(MAKE) --no-print-directory deb
	$(as_root) Tests/Boot/make-root .build/boot .build/cupola_*.deb
	$(as_root) Tests/Boot/package .build/boot
	$(as_root) Tests/Boot/service .build/boot
endif

# A kernel of Debian's with virtio-gpu in QEMU, in which there is nothing but the display: a minute and a half.
test-screen: .build/packages-build .build/packages-test ## the screen on a real driver, read back pixel by pixel
	$(SWIFT) build $(FLAGS) --product cupola-screen
	Tests/Screen/make-initramfs .build/screen $(BIN)/cupola-screen
	Tests/Screen/run .build/screen

# The tree as it is, on another Debian, whatever this one is; before every release.
test-debian13: as_root := $(shell [ "$$(id -u)" = 0 ] || echo 'sudo --preserve-env=PATH')
test-debian13: .build/packages-test ## build, tests, package and boot on Debian 13, in a root made under .build
	$(as_root) Tests/Debian13/run .build/debian13 $(BUILD_PACKAGES) $(TEST_PACKAGES)

soak: .build/packages-build .build/packages-test ## an hour of comings and goings on a busy machine; ARGS='--soak-minutes 5'
	$(SWIFT) build $(FLAGS) --product cupola
	$(SWIFT) build $(FLAGS) --product cupola-bench
	$(BIN)/cupola-bench soak $(ARGS)

DEVICE ?= $(firstword $(wildcard /dev/dri/renderD*))

hardware-test: build .build/packages-test ## what a real graphics device proves; its output is what to report. DEVICE=
	@test -n "$(DEVICE)" || { echo 'There is no /dev/dri/renderD*: nothing to test.' >&2; exit 1; }
	@echo "$$(. /etc/os-release; echo $$PRETTY_NAME), $$(uname -r), libva $$(pkg-config --modversion libva)"
	@printf 'hardware: {device: $(DEVICE)}\n' > .build/hardware.yaml
	$(BIN)/cupola probe --hardware --config .build/hardware.yaml
	$(SWIFT) build $(FLAGS) --build-tests
	CUPOLA_HARDWARE=$(DEVICE) $(SWIFT) test $(FLAGS) --skip-build --disable-xctest --filter HardwareMatrixTests

bench: .build/packages-build .build/packages-test ## what it costs, with ffmpeg doing the same in the same run
	$(SWIFT) build $(FLAGS) --product cupola
	$(SWIFT) build $(FLAGS) --product cupola-bench
	$(BIN)/cupola-bench $(ARGS)

FUZZ_TARGETS := boxes connection dtls insta360 m3u matroska mesh photosphere rtcp sdp signalling stun timeline
SECONDS_EACH ?= 60

fuzz: .build/packages-build ## libFuzzer with AddressSanitizer on parsers, a connection and the time line, SECONDS_EACH=60
	@for target in $(FUZZ_TARGETS); do \
	  Tests/Fuzz/run $$target $(SECONDS_EACH) || exit 1; \
	done

sanitized = SWIFT_BACKTRACE=enable=no LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Tools/leaks-of-others.txt \
  $(SWIFT) test --scratch-path .build-$(1) --sanitize=$(1) --disable-xctest --no-parallel
UNSANITIZED := --skip BrowserDriverTests --skip ApplianceTests --skip SphericalVideoTests

# The leaks of the tests with a graphics device are told apart by stacks that only the slow way finds.
sanitize: .build/packages-build .build/packages-test ## unit tests, but for the projection's, under AddressSanitizer and ThreadSanitizer
	$(call sanitized,address) $(UNSANITIZED) --skip 'Tests.Hardware'
	ASAN_OPTIONS=fast_unwind_on_malloc=0 $(call sanitized,address) $(UNSANITIZED) --filter 'Tests.Hardware'
	$(call sanitized,thread) $(UNSANITIZED)

lint: ## the house format, checked
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

format: ## the house format, applied
	$(SWIFT) format format --in-place --recursive --parallel Package.swift Sources Tests

clean: ## forget every build
	rm -rf .build .build-*

# What speaks to Cupola in tests and comes from PyPI, in versions that are named.
.build/python/made: Tests/Tools/requirements.txt .build/packages-test
	python3 -m venv .build/python
	.build/python/bin/pip install --quiet --disable-pip-version-check --no-input --requirement $<
	@touch $@

# Debian packages, installed once and only where they are missing.
.build/packages-build: PACKAGES = $(BUILD_PACKAGES)
.build/packages-test: PACKAGES = $(TEST_PACKAGES)
.build/packages-build .build/packages-test: Makefile
	@mkdir -p .build
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  echo "Installing" $$missing; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	fi
	@touch $@
