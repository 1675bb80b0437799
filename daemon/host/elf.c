/* SPDX-License-Identifier: Apache-2.0
 *
 * elf.c: a reader of ELF files of this machine's own class, every offset checked against the file's length.
 */
#include "host/elf.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define LIBRARIES_MOST 64u /* DT_NEEDED entries that are looked at */

struct image {
    const unsigned char *bytes;
    size_t length;
    ElfW(Ehdr) header;
};

struct symbols {
    struct pw_text table, names;
    size_t count;
};

static bool inside(const struct image *image, uint64_t offset, uint64_t length)
{
    return offset <= image->length && length <= image->length - offset;
}

static bool read_at(const struct image *image, uint64_t offset, void *ret_bytes, size_t length)
{
    if (!inside(image, offset, length))
        return false;
    memcpy(ret_bytes, image->bytes + offset, length);
    return true;
}

static bool read_section(const struct image *image, size_t index, ElfW(Shdr) * ret_section)
{
    return index < image->header.e_shnum && image->header.e_shentsize == sizeof *ret_section &&
           read_at(image, image->header.e_shoff + (uint64_t)index * sizeof *ret_section, ret_section,
                   sizeof *ret_section);
}

static bool section_bytes(const struct image *image, const ElfW(Shdr) * section, struct pw_text *ret_bytes)
{
    if (!inside(image, section->sh_offset, section->sh_size))
        return false;
    *ret_bytes = (struct pw_text){(const char *)image->bytes + section->sh_offset, section->sh_size};
    return true;
}

/* A string of a string table, or "" when it does not end inside it. */
static const char *name_at(struct pw_text names, uint64_t offset)
{
    if (offset >= names.length || !memchr(names.data + offset, '\0', names.length - offset))
        return "";
    return names.data + offset;
}

static bool find_section(const struct image *image, uint32_t type, ElfW(Shdr) * ret_section,
                         struct pw_text *ret_bytes, struct pw_text *ret_names)
{
    ElfW(Shdr) section, names;
    for (size_t i = 0; read_section(image, i, &section); i++) {
        if (section.sh_type != type)
            continue;
        if (!section_bytes(image, &section, ret_bytes) || !read_section(image, section.sh_link, &names) ||
            !section_bytes(image, &names, ret_names))
            return false;
        *ret_section = section;
        return true;
    }
    return false;
}

static bool exported(const ElfW(Sym) * symbol)
{
    unsigned binding = ELF64_ST_BIND(symbol->st_info), visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF && binding != STB_LOCAL && visibility != STV_HIDDEN &&
           visibility != STV_INTERNAL;
}

static void check_exports(const struct symbols *symbols, struct defects *defects)
{
    for (size_t i = 1; i < symbols->count; i++) {
        ElfW(Sym) symbol;
        memcpy(&symbol, symbols->table.data + i * sizeof symbol, sizeof symbol);
        const char *name = name_at(symbols->names, symbol.st_name);
        if (exported(&symbol) && strcmp(name, "pw_plugin") != 0)
            defect_add(
                defects,
                "The symbol %.200s is exported; only pw_plugin may be: build with -fvisibility=hidden and "
                "a version script.",
                name);
    }
}

/* The libraries that the file asks for, so that what they define can be asked for by name. */
static size_t open_needed(const struct image *image, void *handles[LIBRARIES_MOST],
                          bool *ret_text_relocations)
{
    ElfW(Shdr) section;
    struct pw_text entries, names;
    size_t count = 0;
    if (!find_section(image, SHT_DYNAMIC, &section, &entries, &names))
        return 0;
    for (size_t at = 0; at + sizeof(ElfW(Dyn)) <= entries.length; at += sizeof(ElfW(Dyn))) {
        ElfW(Dyn) entry;
        memcpy(&entry, entries.data + at, sizeof entry);
        if (entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_TEXTREL)
            *ret_text_relocations = true;
        if (entry.d_tag != DT_NEEDED || count == LIBRARIES_MOST)
            continue;
        handles[count] = dlopen(name_at(names, entry.d_un.d_val), RTLD_NOW | RTLD_LOCAL);
        count += handles[count] != NULL;
    }
    return count;
}

static bool defined_somewhere(const char *name, void *const *handles, size_t count)
{
    if (dlsym(RTLD_DEFAULT, name))
        return true;
    for (size_t i = 0; i < count; i++)
        if (dlsym(handles[i], name))
            return true;
    dlerror();
    return false;
}

static void check_undefined(const struct image *image, const struct symbols *symbols, struct defects *defects)
{
    void *handles[LIBRARIES_MOST];
    bool text_relocations = false;
    size_t count = open_needed(image, handles, &text_relocations);
    for (size_t i = 1; i < symbols->count; i++) {
        ElfW(Sym) symbol;
        memcpy(&symbol, symbols->table.data + i * sizeof symbol, sizeof symbol);
        const char *name = name_at(symbols->names, symbol.st_name);
        bool wanted = symbol.st_shndx == SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL;
        if (wanted && name[0] && !defined_somewhere(name, handles, count))
            defect_add(defects,
                       "The symbol %.200s is used and defined nowhere: link the library that has it, with "
                       "-Wl,-z,defs.",
                       name);
    }
    if (text_relocations)
        defect_add(defects, "The file has text relocations: build it with -fPIC.");
}

static void check_segments(const struct image *image, struct defects *defects)
{
    bool stack = false;
    for (size_t i = 0; i < image->header.e_phnum; i++) {
        ElfW(Phdr) segment;
        if (image->header.e_phentsize != sizeof segment ||
            !read_at(image, image->header.e_phoff + (uint64_t)i * sizeof segment, &segment, sizeof segment))
            break;
        if (segment.p_type == PT_GNU_STACK && !(segment.p_flags & PF_X))
            stack = true;
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) && (segment.p_flags & PF_X))
            defect_add(defects, "The file has a segment that is writable and executable at once.");
    }
    if (!stack)
        defect_add(defects, "The file asks for an executable stack: link with -Wl,-z,noexecstack, and mark "
                            "assembler files with .note.GNU-stack.");
}

void elf_check(const unsigned char *bytes, size_t length, struct defects *defects)
{
    struct image image = {.bytes = bytes, .length = length};
    const unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (!read_at(&image, 0, &image.header, sizeof image.header) ||
        memcmp(image.header.e_ident, ELFMAG, SELFMAG) != 0 || image.header.e_ident[EI_CLASS] != class ||
        image.header.e_type != ET_DYN) {
        defect_add(defects, "The file is not a shared object (ELF, %zu-bit).", sizeof(void *) * 8);
        return;
    }
    ElfW(Shdr) section;
    struct symbols symbols = {0};
    check_segments(&image, defects);
    if (!find_section(&image, SHT_DYNSYM, &section, &symbols.table, &symbols.names)) {
        defect_add(defects, "The file has no section of dynamic symbols, so they cannot be checked.");
        return;
    }
    symbols.count = symbols.table.length / sizeof(ElfW(Sym));
    check_exports(&symbols, defects);
    check_undefined(&image, &symbols, defects);
}

void elf_check_file(int fd, struct defects *defects)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_size <= 0 || status.st_size > (off_t)ELF_MAX_BYTES) {
        defect_add(defects, "The file is empty or larger than %u MiB.", ELF_MAX_BYTES >> 20);
        return;
    }
    size_t length = (size_t)status.st_size;
    void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        defect_add(defects, "The file cannot be mapped to be checked.");
        return;
    }
    elf_check(bytes, length, defects);
    munmap(bytes, length);
}
