enum LogsRoom {}
