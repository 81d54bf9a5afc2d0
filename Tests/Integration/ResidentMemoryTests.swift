import Testing

@testable import Host

struct ResidentMemoryTests {
    /// Lines of a real /proc/PID/maps: data, relocated data, code of a file, the kernel's own, code without a file.
    @Test func onlyCodeOfFilesIsLetGo() {
        let maps = """
            55d0c0000000-55d0c0400000 r--p 00000000 08:01 4242  /usr/lib/codex-deployer/bin/host
            55d0c0400000-55d0c1c00000 r-xp 00400000 08:01 4242  /usr/lib/codex-deployer/bin/host
            55d0c1c00000-55d0c1d00000 rw-p 01c00000 08:01 4242  /usr/lib/codex-deployer/bin/host
            7f0000000000-7f0000021000 rw-p 00000000 00:00 0
            7f1000000000-7f1000010000 r-xp 00000000 00:00 0
            7f2000000000-7f2000200000 r-xp 00028000 08:01 77    /usr/lib/x86_64-linux-gnu/libc.so.6
            7f2000200000-7f2000201000 r-xs 00028000 08:01 78    /usr/lib/a file with spaces.so
            7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0     [vdso]
            nonsense
            7f30-7f20 r-xp 00028000 08:01 77    /usr/lib/backwards.so
            """
        #expect(
            ResidentMemory.codeRanges(maps) == [
                0x55d0_c040_0000..<0x55d0_c1c0_0000, 0x7f20_0000_0000..<0x7f20_0020_0000,
            ])
    }

    @Test func whatIsLetGoComesBack() {
        ResidentMemory.releaseCode()
        #expect([3, 1, 2].sorted() == [1, 2, 3])
    }
}
