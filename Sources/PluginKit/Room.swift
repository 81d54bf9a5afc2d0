enum PluginKitRoom {}
