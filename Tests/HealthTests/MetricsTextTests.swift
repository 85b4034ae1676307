import Health
import Heartbeats
import Testing

@Suite struct MetricsTextTests {
  @Test func `a metric is its help, its kind and its samples`() {
    var text = MetricsText()
    text.gauge("a", "What a is.", 1.5)
    text.counter("b_total", "What b is.", label: "by", [("x", 1), ("y", 2)])
    #expect(
      text.text == """
        # HELP a What a is.
        # TYPE a gauge
        a 1.5
        # HELP b_total What b is.
        # TYPE b_total counter
        b_total{by="x"} 1
        b_total{by="y"} 2

        """)
  }

  @Test func `a name without a sample is left out, and a label may hold anything`() {
    var text = MetricsText()
    text.gauge("none", "Nothing.", [])
    #expect(text.text.isEmpty)
    text.gauge("a", "A.", [([("l", "\"\\\n")], 1)])
    #expect(text.text.hasSuffix("a{l=\"\\\"\\\\\\n\"} 1\n"))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -0.0]) func `no number stops it`(number: Double) {
    var text = MetricsText()
    text.gauge("a", "A.", number)
    #expect(text.text.hasPrefix("# HELP a A.\n# TYPE a gauge\na "))
  }

  @Test func `a stage says how far it has come, and why it stands still`() {
    let stage = Heartbeat("decoder")
    stage.beat(next: 1_000_000_000)
    var text = MetricsText()
    text.write([stage], at: 3_000_000_000)
    #expect(text.text.contains("cupola_stage_beats_total{stage=\"decoder\"} 1\n"))
    #expect(text.text.contains("cupola_stage_overdue_seconds{stage=\"decoder\"} 2\n"))
    #expect(!text.text.contains("cupola_stage_resting"))
    stage.rest(.nobodyWatches)
    text.write([stage], at: 3_000_000_000)
    #expect(text.text.contains("cupola_stage_resting{stage=\"decoder\""))
  }
}
