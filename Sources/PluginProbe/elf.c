/*
 * What is written in the library's file. ELF: "Tool Interface Standard, Executable and Linking Format 1.2"; symbol versions:
 * "Linux Standard Base Core 5.0", 10.7. The file is a stranger's: every offset is held against its size before it is used.
 */
#include "probe.h"

#include <elf.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t *file;
static uint64_t file_size;

static void *view(uint64_t offset, uint64_t length) {
    return offset <= file_size && length <= file_size - offset ? file + offset : NULL;
}

static void open_file(void) {
    int descriptor = open(argument("library"), O_RDONLY | O_CLOEXEC);
    struct stat information;
    if (descriptor < 0 || fstat(descriptor, &information) != 0 || information.st_size < 64) {
        bad("it cannot be read as an ELF library");
        finish();
    }
    file_size = (uint64_t)information.st_size;
    file = mmap(NULL, file_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(void *)file;
    if (file == MAP_FAILED || memcmp(header->e_ident, ELFMAG, SELFMAG) || header->e_ident[EI_CLASS] != ELFCLASS64) {
        bad("it is no 64-bit ELF library");
        finish();
    }
}

static const Elf64_Phdr *program_header(uint32_t type, uint64_t address) {
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(void *)file;
    for (unsigned index = 0; index < header->e_phnum; index++) {
        const Elf64_Phdr *entry = view(header->e_phoff + index * (uint64_t)sizeof *entry, sizeof *entry);
        if (!entry || entry->p_type != type) continue;
        if (type != PT_LOAD || (address >= entry->p_vaddr && address - entry->p_vaddr < entry->p_filesz)) return entry;
    }
    return NULL;
}

/* What lies at an address once it is loaded. */
static void *at_address(uint64_t address, uint64_t length) {
    const Elf64_Phdr *segment = program_header(PT_LOAD, address);
    return segment ? view(segment->p_offset + (address - segment->p_vaddr), length) : NULL;
}

static Elf64_Dyn *dynamic_entry(int64_t tag) {
    const Elf64_Phdr *segment = program_header(PT_DYNAMIC, 0);
    for (uint64_t index = 0; segment && index < segment->p_filesz / sizeof(Elf64_Dyn); index++) {
        Elf64_Dyn *entry = view(segment->p_offset + index * sizeof *entry, sizeof *entry);
        if (!entry || entry->d_tag == DT_NULL) return NULL;
        if (entry->d_tag == tag) return entry;
    }
    return NULL;
}

/* A string of the dynamic string table; "" when it does not end in the file. */
static char *dynamic_text(uint64_t offset) {
    const Elf64_Dyn *table = dynamic_entry(DT_STRTAB), *size = dynamic_entry(DT_STRSZ);
    static char empty[1];
    if (!table || !size || offset >= size->d_un.d_val) return empty;
    char *text = at_address(table->d_un.d_ptr + offset, size->d_un.d_val - offset);
    return text && memchr(text, 0, size->d_un.d_val - offset) ? text : empty;
}

/* ---- exports ---- */

static int is_entry(const char *name) {
    static const char stem[] = "codex_deployer_plugin_entry_v";
    if (strncmp(name, stem, sizeof stem - 1)) return 0;
    name += sizeof stem - 1;
    return *name && strspn(name, "0123456789") == strlen(name);
}

static int is_the_linkers(const char *name) {
    static const char *names[] = {"_init", "_fini", "_edata", "_end", "__bss_start", ""};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        if (!strcmp(name, names[index])) return 1;
    return 0;
}

void check_exports(void) {
    open_file();
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(void *)file;
    char found[400] = "";
    unsigned others = 0, entries = 0, tables = 0;
    for (unsigned section = 0; section < header->e_shnum; section++) {
        const Elf64_Shdr *table = view(header->e_shoff + section * (uint64_t)sizeof *table, sizeof *table);
        if (!table || table->sh_type != SHT_DYNSYM) continue;
        tables++;
        for (uint64_t index = 1; index < table->sh_size / sizeof(Elf64_Sym); index++) {
            const Elf64_Sym *symbol = view(table->sh_offset + index * sizeof *symbol, sizeof *symbol);
            if (!symbol) break;
            const char *name = dynamic_text(symbol->st_name);
            /* SHN_ABS: the name of a version, as a version script makes one. */
            if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || is_the_linkers(name)) continue;
            if (ELF64_ST_BIND(symbol->st_info) == STB_LOCAL) continue;
            if (ELF64_ST_VISIBILITY(symbol->st_other) == STV_HIDDEN || ELF64_ST_VISIBILITY(symbol->st_other) == STV_INTERNAL)
                continue;
            if (is_entry(name)) {
                entries++;
            } else if (++others <= 3) {
                size_t used = strlen(found);
                snprintf(found + used, sizeof found - used, "%s%.80s", used ? ", " : "", name);
            }
        }
    }
    if (!tables) bad("it has no table of dynamic symbols");
    if (tables && !entries) bad("it does not export " DEPLOYER_ENTRY_NAME);
    if (others) bad("it exports %u other symbol%s: %s%s", others, others == 1 ? "" : "s", found, others > 3 ? ", ..." : "");
    finish();
}

/* ---- glibc ---- */

static int version_number(const char *text, int *major, int *minor) {
    *minor = 0;
    return sscanf(text, "%d.%d", major, minor) >= 1;
}

void check_glibc(void) {
    int most_major = 0, most_minor = 0, target_major = 0, target_minor = 0;
    const char *target = *argument("glibc") ? argument("glibc") : gnu_get_libc_version();
    if (!version_number(target, &target_major, &target_minor)) skip("'%s' is no version of glibc", target);
    open_file();
    const Elf64_Dyn *needs = dynamic_entry(DT_VERNEED), *count = dynamic_entry(DT_VERNEEDNUM);
    uint64_t place = needs ? needs->d_un.d_ptr : 0;
    for (uint64_t index = 0; count && index < count->d_un.d_val; index++) {
        const Elf64_Verneed *need = at_address(place, sizeof *need);
        if (!need) break;
        uint64_t inner = place + need->vn_aux;
        for (unsigned part = 0; part < need->vn_cnt; part++) {
            const Elf64_Vernaux *version = at_address(inner, sizeof *version);
            if (!version) break;
            const char *name = dynamic_text(version->vna_name);
            int major, minor;
            if (!strncmp(name, "GLIBC_", 6) && version_number(name + 6, &major, &minor)) {
                if (major > most_major || (major == most_major && minor > most_minor)) {
                    most_major = major;
                    most_minor = minor;
                }
                if (major > target_major || (major == target_major && minor > target_minor))
                    bad("it needs %s of %s, the target has %s", name, dynamic_text(need->vn_file), target);
            }
            if (!version->vna_next) break;
            inner += version->vna_next;
        }
        if (!need->vn_next) break;
        place += need->vn_next;
    }
    if (most_major) note("it needs glibc %d.%d, the target has %s", most_major, most_minor, target);
    finish();
}

/* ---- libraries ---- */

/* Whether a folder of the search path is a Swift toolchain's: PREFIX/lib/swift/... beside PREFIX/bin/swiftc. */
static int is_toolchain(const char *folder, size_t length) {
    char path[4096];
    if (length + 32 > sizeof path) return 0;
    memcpy(path, folder, length);
    path[length] = 0;
    char *lib = strstr(path, "/lib/swift");
    if (!lib) return 0;
    strcpy(lib, "/bin/swiftc");
    return access(path, F_OK) == 0;
}

/* Takes the toolchain's folders out of a search path, in place. */
static int hide_toolchain(int64_t tag) {
    Elf64_Dyn *entry = dynamic_entry(tag);
    char *path = entry ? dynamic_text(entry->d_un.d_val) : NULL;
    int hidden = 0;
    while (path && *path) {
        size_t length = strcspn(path, ":");
        if (is_toolchain(path, length)) {
            note("its search path names the toolchain, '%.*s', which no other machine has", (int)length, path);
            memset(path, '.', length); /* a relative folder that nobody has */
            hidden = 1;
        }
        path += length + (path[length] != 0);
    }
    return hidden;
}

void check_libraries(void) {
    open_file();
    int is_hidden = hide_toolchain(DT_RUNPATH) | hide_toolchain(DT_RPATH);
    const char *copy = argument("copy");
    int descriptor = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    for (uint64_t written = 0; written < file_size;) {
        ssize_t count = write(descriptor, file + written, file_size - written);
        if (count <= 0) skip("the copy '%s' cannot be written", copy);
        written += (uint64_t)count;
    }
    close(descriptor);
    munmap(file, file_size);
    if (is_hidden && *argument("runtime")) note("the Swift runtime comes with the host, from '%s'", argument("runtime"));
    check_load();
}
