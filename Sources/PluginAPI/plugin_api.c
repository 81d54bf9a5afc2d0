#include "plugin_api.h"
