/// A patch, read: what becomes of which files, whatever dialect it came in.
package struct PatchSet: Hashable, Sendable {
    package var format: PatchFormat
    package var files: [FilePatch]

    package init(format: PatchFormat, files: [FilePatch]) {
        self.format = format
        self.files = files
    }

    /// Takes a file away, whatever it holds.
    package static func deletion(of path: String) -> PatchSet {
        var file = FilePatch(kind: .delete, oldPath: path, newPath: nil, patchLine: 1)
        file.deletesUnseen = true
        return PatchSet(format: .file, files: [file])
    }

    /// Hunks of one file stand together. Each of them is looked for in the file as it is, so their order means nothing.
    func gathered() -> PatchSet {
        var gathered = PatchSet(format: format, files: [])
        var places: [String: Int] = [:]
        for file in files {
            let isPlain = file.kind == .modify && file.oldMode == nil && file.newMode == nil
            if isPlain, let place = places[file.name], gathered.files[place].oldBlob == file.oldBlob {
                gathered.files[place].hunks += file.hunks
            } else {
                if isPlain { places[file.name] = gathered.files.count }
                gathered.files.append(file)
            }
        }
        return gathered
    }
}
