/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes what is downloaded: the first byte chooses the format, the rest is the file, packed or not. It is refused with a
 * sentence that names it, or becomes a snapshot that opens and answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compilation.h"
#include "json/json.h"
#include "screener.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct folding *shared_folding(void)
{
    static struct folding *folding;
    if (!folding && folding_open(&folding))
        abort();
    return folding;
}

/* What came out is asked for the first name in it, which must be found again if there is one. */
static void ask(struct compilation *compilation)
{
    char why[LISTING_ERROR_BYTES] = "";
    struct screener screener = {.api = &json_document_api};
    struct screening screening;
    char *bytes = compilation->bytes;
    compilation->bytes = NULL;
    if (snapshot_adopt(&screener.snapshots[0], bytes, compilation->length, why) ||
        !snapshot_verify(&screener.snapshots[0]) ||
        resolver_open(&screener.resolver, shared_folding(), screener.snapshots, 1))
        abort();
    screener.snapshot_count = 1;
    const struct snapshot *snapshot = &screener.snapshots[0];
    for (uint32_t i = 0; i < snapshot->entry_count && i < 4; i++) {
        struct pw_text name = snapshot_text(snapshot, snapshot->entries[i].name);
        struct screener_query query = {.name = name, .sentence = name, .as_of = INT64_MIN};
        if (screener_screen(&screener, &query, &screening) ||
            (snapshot->entries[i].name_key != SNAPSHOT_NONE && screening.count == 0 &&
             screening.rejected_count == 0))
            abort();
    }
    screener_close(&screener);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    char task[64], why[LISTING_ERROR_BYTES] = "";
    struct answer answer = {0};
    size_t formats = 0;
    while (import_formats[formats].name)
        formats++;
    if (size == 0)
        return 0;
    if (file < 0)
        file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 0) || pwrite(file, data + 1, size - 1, 0) != (ssize_t)size - 1)
        abort();
    struct compilation compilation = {.api = &json_document_api, .folding = shared_folding()};
    snprintf(task, sizeof task, "fuzz=%s:/proc/self/fd/%d", import_formats[data[0] % formats].name, file);
    int error = compilation_add(&compilation, (struct pw_text){task, strlen(task)}, why);
    if (!error)
        error = compilation_run(&compilation, &answer, why);
    if (error && !strstr(why, "/proc/self/fd/"))
        abort();
    if (!error)
        ask(&compilation);
    answer_release(&answer);
    compilation_release(&compilation);
    return 0;
}
