import Model
import Testing

@Suite struct ModelTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "19700101-000000"),
            (951_827_696_789_000, "2000-02-29T12:34:56.789Z", "20000229-123456"),
            (-1_000, "1969-12-31T23:59:59.999Z", "19691231-235959"),
            (4_102_444_799_000_000, "2099-12-31T23:59:59.000Z", "20991231-235959"),
        ] as [(Int64, String, String)])
    func timestampsReadAsUTC(microseconds: Int64, text: String, compact: String) {
        let time = Timestamp(microseconds: microseconds)
        #expect(time.description == text)
        #expect(time.compact == compact)
    }

    @Test(arguments: ["api", "gateway/kong", "a.b_c-1"])
    func goodServiceNames(text: String) { #expect(ServiceName(text)?.text == text) }

    @Test(arguments: [
        "", ".", "..", "../x", "/a", "a/", "a//b", "a/b/c", "-rf", ".git", "a b", "a\n", "a;b", "ü", "x.lock",
    ])
    func badServiceNames(text: String) { #expect(ServiceName(text) == nil) }

    @Test(
        arguments: [
            ("90", 90_000), ("90s", 90_000), ("1.5", 1_500), ("5m", 300_000), ("1h30m", 5_400_000), ("250ms", 250),
        ] as [(String, Int64)])
    func durationsAsPeopleWriteThem(text: String, milliseconds: Int64) {
        #expect(DurationText(text)?.duration.wholeMilliseconds == milliseconds)
    }

    @Test(arguments: ["", "0", "-5", "5x", "s", "5 m", "1h30", "nan", "inf", "99999999999999999999s"])
    func durationsThatMeanNothing(text: String) { #expect(DurationText(text) == nil) }

    @Test func objectNamesAreWholeAndLowerCase() {
        #expect(ObjectID(String(repeating: "a", count: 40)) != nil)
        #expect(ObjectID(String(repeating: "a", count: 64)) != nil)
        #expect(ObjectID(String(repeating: "a", count: 39)) == nil)
        #expect(ObjectID(String(repeating: "A", count: 40)) == nil)
        #expect(ObjectID(String(repeating: "g", count: 40)) == nil)
    }

    @Test func aFailureReadsAsWhatHappenedWhyAndWhatToDo() {
        let failure = Failure(.init("git.auth"), "origin refused the token", remedy: "renew it", cause: "401")
        #expect(failure.description == "origin refused the token: 401 - renew it")
    }
}

@Suite struct DurationTests {
    /// Durations come from plugins and files: none of them is too long to be looked at.
    @Test func durationsOfAnyLengthBecomeNumbers() {
        #expect(Duration.seconds(Int64.max).wholeMicroseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == .min)
        #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.microseconds(1_500_001).wholeMicroseconds == 1_500_001)
        #expect(Duration.microseconds(-1_500_001).wholeMilliseconds == -1500)
        #expect(DurationText(String(repeating: "999999999d", count: 200)) == nil)
    }
}
