import Model
import PluginConformance
import Testing

@Suite struct ReportTests {
    @Test func namesAreUnique() {
        #expect(Set(Conformance.names).count == Conformance.names.count)
    }
}
