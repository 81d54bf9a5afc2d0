/* Takes the place of the probe where there is no Linux; see Package.swift. */
#include <stdio.h>

int main(void) {
    fputs("PluginProbe: these checks need Linux: they watch system calls, read ELF files and /proc\n", stderr);
    return 2;
}
