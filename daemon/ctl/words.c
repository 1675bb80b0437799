/* SPDX-License-Identifier: Apache-2.0
 *
 * words.c: see words.h.
 */
#include "ctl/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cases/act.h"
#include "json/buffer.h"

static char *temporary_file(int *ret_descriptor)
{
    const char *folder = getenv("TMPDIR");
    struct buffer name = {0};
    buffer_format(&name, "%s/pathwayctl-text-XXXXXX", folder && *folder ? folder : "/tmp");
    char *path = buffer_take(&name, NULL);
    *ret_descriptor = path ? mkstemp(path) : -1;
    if (*ret_descriptor >= 0)
        return path;
    ctl_complain("no file can be made for the text: %s", strerror(errno));
    free(path);
    return NULL;
}

/* One byte more than a text may have shows that it has too many. */
static char *read_stream(FILE *stream, const char *name)
{
    char *text = calloc(1, ACT_TEXT + 2u);
    size_t length = text ? fread(text, 1, ACT_TEXT + 1u, stream) : 0;
    bool good = text && !ferror(stream) && length <= ACT_TEXT && !memchr(text, '\0', length);
    if (good) {
        while (length && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            text[--length] = '\0';
        return text;
    }
    ctl_complain(length > ACT_TEXT ? "%s has more than %u bytes, and that is all that is taken"
                                   : "%s cannot be read as a text",
                 name, ACT_TEXT);
    free(text);
    return NULL;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        ctl_complain("%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = read_stream(file, path);
    fclose(file);
    return text;
}

/* The editor's command may have arguments of its own, so a shell reads it. */
static bool run_editor(const char *editor, const char *path)
{
    int state = -1;
    struct buffer command = {0};
    buffer_format(&command, "%s \"$1\"", editor);
    pid_t child = command.failed ? -1 : fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command.data, "sh", path, (char *)NULL);
        _exit(127);
    }
    bool good =
        child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
    if (!good)
        ctl_complain("the editor \"%s\" did not end well; nothing was done", editor);
    buffer_release(&command);
    return good;
}

static char *edit(const char *editor)
{
    int descriptor = -1;
    char *path = temporary_file(&descriptor), *text = NULL;
    if (!path)
        return NULL;
    close(descriptor);
    if (run_editor(editor, path))
        text = read_file(path);
    unlink(path);
    free(path);
    return text;
}

static const char *editor_of(const struct ctl *ctl)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    if (!ctl->terminal_out || isatty(STDIN_FILENO) != 1)
        return NULL;
    return visual && *visual ? visual : editor && *editor ? editor : NULL;
}

int words_read(const struct ctl *ctl, const char *option, const char *needed, struct words *ret_words)
{
    const char *value = ctl_option(ctl, option), *editor = editor_of(ctl);
    *ret_words = (struct words){.option = option};
    if (!value && !needed)
        return CTL_GOOD;
    if (!value && !editor) {
        ctl_complain("%s: give %s TEXT", needed, option);
        return CTL_USAGE;
    }
    ret_words->unkept = !value || strcmp(value, "-") == 0;
    if (!value)
        ret_words->text = edit(editor);
    else if (ret_words->unkept)
        ret_words->text = read_stream(stdin, "standard input");
    else
        ret_words->text = value[0] == '@' ? read_file(value + 1) : strdup(value);
    return ret_words->text ? CTL_GOOD : CTL_BAD;
}

int words_save(const struct words *words, char **ret_file)
{
    int descriptor = -1;
    char *path = temporary_file(&descriptor);
    if (!path)
        return CTL_BAD;
    FILE *file = fdopen(descriptor, "w");
    bool good = file && fputs(words->text, file) >= 0;
    good = file && fclose(file) == 0 && good;
    if (good) {
        *ret_file = path;
        return CTL_GOOD;
    }
    ctl_complain("%s: %s", path, strerror(errno));
    free(path);
    return CTL_BAD;
}

void words_release(struct words *words)
{
    free(words->text);
    words->text = NULL;
}
