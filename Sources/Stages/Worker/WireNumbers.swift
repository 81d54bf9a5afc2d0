/// The frames between host and worker. The format and every number are described in PluginWorker/wire.h; the two are
/// built together and a test compares them.
enum WireType: UInt16, CaseIterable {
    case describe = 1
    case check = 2
    case detect = 3
    case run = 4
    case reply = 8
    case chunk = 9
    case loaded = 64
    case refused = 65
    case described = 66
    case opened = 67
    case finished = 68
    case done = 69
    case log = 80
    case diagnostic = 81
    case progress = 82
    case output = 83
    case checkpoint = 84
    case summary = 85
    case retryAfter = 86
    case detected = 87
    case call = 96
}

/// Functions of host services that a worker calls.
enum WireFunction: Int64, CaseIterable {
    case processRun = 1
    case httpSend = 2
    case secretExists = 3
    case secretReveal = 4
    case superviseStart = 5
    case superviseStop = 6
    case superviseStatus = 7
    case streamOpen = 20
    case streamWrite = 21
    case streamAnswer = 22
    case streamRead = 23
    case streamClose = 24
}

/// The fields of frames.
enum WireTag: UInt16, CaseIterable {
    case path = 1
    case hostVersion = 2
    case hostMinor = 3
    case feature = 4
    case offered = 5
    case status = 6
    case document = 7
    case reason = 8
    case builtMinor = 9
    case leastMinor = 10
    case service = 11
    case kind = 12
    case configuration = 13
    case source = 14
    case stage = 15
    case operationId = 16
    case scratch = 17
    case release = 18
    case revision = 19
    case previous = 20
    case changedPath = 21
    case environment = 22
    case state = 23
    case deadline = 24
    case timeout = 25
    case flags = 26
    case stream = 27
    case level = 28
    case text = 29
    case key = 30
    case value = 31
    case share = 32
    case severity = 33
    case code = 34
    case group = 35
    case summary = 36
    case detail = 37
    case file = 38
    case line = 39
    case column = 40
    case pointer = 41
    case note = 42
    case fixIt = 43
    case endLine = 44
    case endColumn = 45
    case evidence = 46
    case confidence = 47
    case milliseconds = 48
    case call = 49
    case function = 50
    case result = 51
    case argument = 52
    case directory = 53
    case secret = 54
    case inherit = 55
    case input = 56
    case maximum = 57
    case method = 58
    case url = 59
    case header = 60
    case body = 61
    case name = 62
    case prefix = 63
    case reference = 64
    case part = 65
    case outcome = 66
    case exit = 67
    case duration = 68
    case out = 69
    case err = 70
    case message = 71
    case pid = 72
    case restarts = 73
    case started = 74
    case logPath = 75
    case bodySecret = 90
    case idle = 91
}
