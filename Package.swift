// swift-tools-version: 6.2

import PackageDescription

/// Every module: warnings are errors, `any` is written out.
let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]
/// Modules that parse what comes from outside, or decide: no unsafe construct without the word.
let strict = house + [.strictMemorySafety()]

/// Our own C: the C library checks the sizes of what it is given.
let fortified: [CSetting] = [
  .unsafeFlags(["-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"], .when(configuration: .release))
]

/// libFuzzer brings its own `main`, so its program is there only when it is asked for.
let isFuzzing = Context.environment["CUPOLA_FUZZ"] != nil

let package = Package(
  name: "cupola",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "cupola", targets: ["cupola"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    // Its server and no more: the router, its tracing, metrics and files would be a fifth of the build.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // How far each stage has come: read by the supervisor alone.
    .target(name: "Heartbeats", swiftSettings: strict),

    // The machine's clocks.
    .target(name: "Clocks", swiftSettings: strict),

    // Threads of our own, and what they wait at.
    .target(name: "Threads", dependencies: ["Clocks"], swiftSettings: strict),

    // The two vocabularies.
    .target(name: "SansIO", swiftSettings: strict),
    .target(name: "Media", swiftSettings: strict),

    // The protocol tower.
    // Who gets a place, a turn or a try when there are not enough for all.
    .target(name: "Fairness", dependencies: ["SansIO"], swiftSettings: strict),
    .target(name: "CNeighbours", cSettings: fortified),
    .target(name: "Neighbours", dependencies: ["Clocks", "SansIO", "Fairness", "CNeighbours"], swiftSettings: strict),
    .target(name: "ICE", dependencies: ["SansIO"], swiftSettings: strict),
    .target(name: "SDP", dependencies: ["SansIO", "Media"], swiftSettings: strict),
    .target(name: "RTP", dependencies: ["SansIO"], swiftSettings: strict),
    .systemLibrary(name: "COpenSSL"),
    .target(name: "CDTLSClock", cSettings: fortified),
    .target(name: "DTLS", dependencies: ["SansIO", "COpenSSL", "CDTLSClock"], swiftSettings: house),
    .systemLibrary(name: "CSRTP"),
    .target(name: "SRTP", dependencies: ["COpenSSL", "CSRTP"], swiftSettings: house),
    .target(
      name: "WebRTC", dependencies: ["SansIO", "Media", "ICE", "DTLS", "SRTP", "RTP", "SDP"], swiftSettings: strict),
    .target(name: "CDatagram", cSettings: fortified),
    .target(name: "DatagramIO", dependencies: ["SansIO", "CDatagram"], swiftSettings: house),
    // Who gets which stream.
    .target(
      name: "Delivery",
      dependencies: ["Clocks", "Heartbeats", "SansIO", "Media", "ICE", "RTP", "WebRTC", "DatagramIO"],
      swiftSettings: strict),

    // The media tower.
    .target(name: "CRemap", cSettings: fortified),
    .target(name: "SphericalVideo", dependencies: ["Media", "CRemap"], swiftSettings: strict),
    .target(
      name: "CFFmpeg", cSettings: fortified,
      linkerSettings: ["avformat", "avcodec", "swscale", "avutil", "z"].map { .linkedLibrary($0) }),
    .systemLibrary(name: "CVA"),
    .target(name: "CSurface", cSettings: fortified),
    // What a file says of its shape, byte by byte.
    .target(name: "SphericalMetadata", swiftSettings: strict),
    .target(
      name: "FFmpeg", dependencies: ["Clocks", "Media", "SphericalMetadata", "CFFmpeg", "CVA", "CSurface"],
      swiftSettings: house),
    .target(
      name: "Playout",
      dependencies: ["Clocks", "Threads", "Heartbeats", "Media", "FFmpeg", "SphericalMetadata", "SphericalVideo"],
      swiftSettings: strict),

    // The attached screen.
    .systemLibrary(name: "CDRM", pkgConfig: "libdrm"),
    .systemLibrary(name: "CQR"),
    .target(name: "CScanout", cSettings: fortified),
    .target(
      name: "Display",
      dependencies: ["Clocks", "Threads", "Heartbeats", "Media", "SphericalVideo", "CDRM", "CQR", "CScanout"],
      swiftSettings: strict),

    // What is shown to whom: pure.
    .target(name: "Programme", swiftSettings: strict),

    // What is spoken, served and configured.
    .target(name: "Signalling", dependencies: ["Fairness", "Programme"], swiftSettings: strict),
    .target(
      name: "WebServer",
      dependencies: [
        "Clocks", "Fairness", "Heartbeats", "SansIO",
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: house),
    .target(
      name: "CupolaConfiguration", dependencies: ["SansIO", "Fairness", "Media", "Programme", "Yams"],
      swiftSettings: strict),

    .systemLibrary(name: "CSystemd"),
    .target(
      name: "Systemd", dependencies: ["Heartbeats", "CSystemd", .product(name: "Logging", package: "swift-log")],
      swiftSettings: house),

    // What is kept over a restart, and how everything is.
    .target(
      name: "Persistence",
      dependencies: ["Clocks", "Media", "SansIO", .product(name: "Logging", package: "swift-log")],
      swiftSettings: strict),
    .target(
      name: "Health",
      dependencies: ["Clocks", "Heartbeats", "Signalling", "FFmpeg", "Playout", "Delivery", "WebServer"],
      swiftSettings: strict),

    // The bridge and the command.
    .target(
      name: "Appliance",
      dependencies: [
        "Clocks", "Health", "Persistence", "Programme", "Heartbeats", "SansIO", "SDP", "RTP", "DTLS", "WebRTC",
        "DatagramIO", "Delivery", "Media", "SphericalVideo", "FFmpeg",
        "Playout",
        "Signalling", "Fairness", "Neighbours", "COpenSSL", "WebServer", "CupolaConfiguration", "Systemd",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: house),
    .executableTarget(
      name: "cupola",
      dependencies: [
        "Appliance", "Clocks", "CupolaConfiguration", "DatagramIO", "FFmpeg", "Fairness", "Media", "Persistence",
        "Playout", "Programme", "SansIO",
        "SphericalVideo", "Systemd", "WebServer",
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: house),

    // Tests: peers and drivers, a suite a target, the benches.
    .target(
      name: "WebRTCTestPeer", dependencies: ["SansIO", "Media", "ICE", "DTLS", "SRTP", "RTP", "SDP", "WebRTC"],
      path: "Tests/WebRTCTestPeer", swiftSettings: house),
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .target(name: "NotifySocket", path: "Tests/NotifySocket", swiftSettings: house),
    .target(
      name: "VATestDisplay", path: "Tests/VADriver", sources: ["winsys.c"], publicHeadersPath: "include",
      linkerSettings: [.linkedLibrary("va")]),
    .target(
      name: "VATestDriver", dependencies: ["VATestDisplay", "CVA", "FFmpeg"], path: "Tests/VATestDriver",
      swiftSettings: house),
    .target(name: "LoopbackServers", path: "Tests/LoopbackServers", swiftSettings: house),
    .target(
      name: "TestCardFilm", dependencies: ["Media", "SphericalVideo"], path: "Tests/TestCardFilm", swiftSettings: house),
    .target(name: "ColourModels", dependencies: ["Media"], path: "Tests/ColourModels", swiftSettings: house),
    .target(name: "BrowserDriver", path: "Tests/BrowserDriver", swiftSettings: house),
    .target(
      name: "FuzzEntries",
      dependencies: [
        "SansIO", "Fairness", "ICE", "SDP", "RTP", "DTLS", "WebRTC", "WebRTCTestPeer", "Signalling", "FFmpeg", "Media",
        "Playout", "SphericalMetadata",
      ],
      path: "Tests/FuzzEntries", exclude: ["Cases"], swiftSettings: house),
    .testTarget(name: "ShapeTests", swiftSettings: house),
    .testTarget(name: "HeartbeatsTests", dependencies: ["Heartbeats"], swiftSettings: house),
    .testTarget(
      name: "SystemdTests",
      dependencies: ["Systemd", "Heartbeats", "NotifySocket", .product(name: "Logging", package: "swift-log")],
      swiftSettings: house),
    .testTarget(name: "ProgrammeTests", dependencies: ["Programme"], swiftSettings: house),
    .testTarget(name: "PersistenceTests", dependencies: ["Persistence", "Media", "SansIO"], swiftSettings: house),
    .testTarget(
      name: "HealthTests", dependencies: ["Health", "Heartbeats", "Signalling", "Playout", "Delivery", "WebServer"],
      swiftSettings: house),
    .testTarget(name: "MediaTests", dependencies: ["Media"], swiftSettings: house),
    .testTarget(name: "SansIOTests", dependencies: ["SansIO"], swiftSettings: house),
    .testTarget(
      name: "NeighboursTests", dependencies: ["Neighbours", "Fairness", "SansIO"], swiftSettings: house),
    .testTarget(name: "FairnessTests", dependencies: ["Fairness", "SansIO"], swiftSettings: house),
    .testTarget(
      name: "ICETests", dependencies: ["ICE", "SansIO", "WebRTCTestPeer", "FuzzEntries"], swiftSettings: house),
    .testTarget(name: "SDPTests", dependencies: ["SDP", "SansIO", "Media", "FuzzEntries"], swiftSettings: house),
    .testTarget(name: "RTPTests", dependencies: ["RTP", "SansIO", "FuzzEntries"], swiftSettings: house),
    .testTarget(name: "DTLSTests", dependencies: ["DTLS", "SansIO", "FuzzEntries"], swiftSettings: house),
    .testTarget(name: "SRTPTests", dependencies: ["SRTP"], swiftSettings: house),
    .testTarget(
      name: "WebRTCTests",
      dependencies: [
        "WebRTC", "WebRTCTestPeer", "SansIO", "Media", "ICE", "RTP", "SDP", "DTLS", "FuzzEntries", "AllocationCounter",
      ],
      swiftSettings: house),
    .testTarget(name: "DatagramIOTests", dependencies: ["DatagramIO", "SansIO"], swiftSettings: house),
    .testTarget(
      name: "DeliveryTests",
      dependencies: [
        "Delivery", "DatagramIO", "DTLS", "ICE", "Media", "WebRTC", "WebRTCTestPeer", "SansIO", "SDP", "RTP",
      ],
      swiftSettings: house),
    .testTarget(
      name: "SphericalVideoTests", dependencies: ["SphericalVideo", "Media", "SansIO", "ColourModels"],
      swiftSettings: house),
    .testTarget(
      name: "SphericalMetadataTests", dependencies: ["SphericalMetadata", "SansIO", "FuzzEntries"], swiftSettings: house
    ),
    .testTarget(
      name: "FFmpegTests",
      dependencies: [
        "FFmpeg", "CFFmpeg", "CSurface", "Media", "SansIO", "FuzzEntries", "VATestDriver", "LoopbackServers",
      ],
      swiftSettings: house),
    .testTarget(
      name: "PlayoutTests",
      dependencies: [
        "Clocks", "Threads", "Playout", "Media", "FFmpeg", "SansIO", "SphericalMetadata", "SphericalVideo",
        "FuzzEntries", "VATestDriver", "LoopbackServers", "TestCardFilm", "ColourModels",
      ],
      swiftSettings: house),
    .testTarget(
      name: "DisplayTests", dependencies: ["Display", "Clocks", "Heartbeats", "Media", "SansIO", "Threads"],
      swiftSettings: house),
    .executableTarget(
      name: "cupola-screen", dependencies: ["Clocks", "Display", "Heartbeats", "Media", "SphericalVideo"],
      path: "Tests/Screen/Program", swiftSettings: house),
    .testTarget(
      name: "SignallingTests",
      dependencies: ["Signalling", "Programme", "Fairness", "SansIO", "FuzzEntries"], swiftSettings: house),
    .testTarget(
      name: "WebServerTests",
      dependencies: [
        "Fairness", "SansIO", "WebServer",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: house),
    .testTarget(
      name: "CupolaConfigurationTests", dependencies: ["CupolaConfiguration", "Media", "SansIO"], swiftSettings: house),
    .testTarget(name: "BrowserDriverTests", dependencies: ["BrowserDriver"], swiftSettings: house),
    .testTarget(
      name: "ApplianceTests",
      dependencies: [
        "Appliance", "CupolaConfiguration", "DatagramIO", "Delivery", "Persistence", "Programme", "DTLS", "Fairness",
        "Neighbours", "RTP", "SansIO",
        "WebServer", "BrowserDriver",
        "WebRTCTestPeer", "Media", "NotifySocket", "Playout", "SphericalVideo", "VATestDriver", "TestCardFilm",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "cupola-bench",
      dependencies: [
        "BrowserDriver", "WebRTCTestPeer", "DatagramIO", "Delivery", "AllocationCounter", "WebRTC", "RTP", "SansIO",
        "DTLS", "Display", "Playout", "FFmpeg", "SphericalVideo", "LoopbackServers", "TestCardFilm", "ColourModels",
        "Media", "NotifySocket", "VATestDriver", "CSurface",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Bench", swiftSettings: house),
  ]
    + (isFuzzing
      ? [
        .executableTarget(
          name: "cupola-fuzz", dependencies: ["FuzzEntries"], path: "Tests/Fuzz", exclude: ["run"],
          swiftSettings: house + [.unsafeFlags(["-parse-as-library"])])
      ]
      : [])
)
