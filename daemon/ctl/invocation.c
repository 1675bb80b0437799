/* SPDX-License-Identifier: Apache-2.0
 *
 * invocation.c: from argv to a command with its options; mistakes get the nearest word that would be right.
 */
#include "ctl/ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORD  64 /* longer words are nobody's typing mistake */
#define MAX_KNOWN 128

void ctl_complain(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    for (char *at = line; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\n') || *at == 0x7f)
            *at = ' ';
    fprintf(stderr, "pathwayctl: %s\n", line);
}

/* Edit distance with one row; both words are short. */
static size_t distance(const char *a, const char *b)
{
    size_t row[MAX_WORD + 1], length = strlen(b);
    if (length > MAX_WORD || strlen(a) > MAX_WORD)
        return SIZE_MAX;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < shorter ? change : shorter;
        }
    }
    return row[length];
}

void ctl_suggest(const char *kind, const char *word, const char *const *known)
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 2 + 2; /* further away is a guess, not a suggestion */
    for (; *known; known++) {
        size_t far = distance(word, *known);
        if (far < best) {
            best = far;
            nearest = *known;
        }
    }
    if (nearest)
        ctl_complain("there is no %s \"%s\"; did you mean \"%s\"?", kind, word, nearest);
    else
        ctl_complain("there is no %s \"%s\"; \"pathwayctl help\" shows what there is", kind, word);
}

const char *ctl_option(const struct ctl *ctl, const char *name)
{
    for (int i = 0; i < CTL_MAX_OPTIONS && ctl->command->options[i].name; i++)
        if (strcmp(ctl->command->options[i].name, name) == 0)
            return ctl->values[i];
    return NULL;
}

const char *ctl_option_again(const struct ctl *ctl, const char *name, int time)
{
    if (time == 0)
        return ctl_option(ctl, name);
    for (int i = 0; i < ctl->again_count; i++)
        if (strcmp(ctl->again[i].option->name, name) == 0 && --time == 0)
            return ctl->again[i].value;
    return NULL;
}

int ctl_option_number(const struct ctl *ctl, const char *name, int64_t minimum, int64_t maximum,
                      int64_t otherwise, int64_t *ret_value)
{
    const char *text = ctl_option(ctl, name);
    char *end = NULL;
    if (!text) {
        *ret_value = otherwise;
        return CTL_GOOD;
    }
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end || value < minimum || value > maximum) {
        ctl_complain("%s takes a whole number from %" PRId64 " to %" PRId64 ", not \"%s\"", name, minimum,
                     maximum, text);
        return CTL_USAGE;
    }
    *ret_value = value;
    return CTL_GOOD;
}

int ctl_option_word(const struct ctl *ctl, const char *name, const char *const *known)
{
    char words[512] = "";
    const char *value = ctl_option(ctl, name);
    for (size_t i = 0; known[i]; i++) {
        size_t used = strlen(words);
        if (!value || strcmp(known[i], value) == 0)
            return CTL_GOOD;
        snprintf(words + used, sizeof(words) - used, "%s%s",
                 i == 0         ? ""
                 : known[i + 1] ? ", "
                                : " or ",
                 known[i]);
    }
    ctl_complain("%s is %s, not \"%s\"", name, words, value ? value : "");
    return CTL_USAGE;
}

int ctl_config(struct ctl *ctl)
{
    char *errors = NULL;
    if (ctl->config)
        return CTL_GOOD;
    const char *file = ctl->config_file ? ctl->config_file : ctl->places.config_file;
    if (config_load(file, &ctl->places, &ctl->config, &errors) == 0)
        return CTL_GOOD;
    ctl_complain("the configuration cannot be used:\n%s", errors ? errors : "out of memory");
    free(errors);
    return CTL_USAGE;
}

int ctl_config_if_any(struct ctl *ctl)
{
    char *errors = NULL;
    if (ctl->config_file)
        return ctl_config(ctl);
    if (!ctl->config && config_load(ctl->places.config_file, &ctl->places, &ctl->config, &errors) != 0)
        ctl->config = NULL;
    free(errors);
    return CTL_GOOD;
}

static void unknown_option(const struct ctl_command *command, const char *word, size_t length)
{
    const char *known[MAX_KNOWN + 1];
    char name[MAX_WORD + 1];
    int count = 0;
    for (int i = 0; i < CTL_MAX_OPTIONS && command->options[i].name; i++)
        known[count++] = command->options[i].name;
    for (const struct ctl_option *option = ctl_global_options; option->name && count < MAX_KNOWN; option++)
        known[count++] = option->name;
    known[count] = NULL;
    snprintf(name, sizeof(name), "%.*s", (int)(length > MAX_WORD ? MAX_WORD : length), word);
    ctl_suggest("option", name, known);
}

static bool names(const struct ctl_option *option, const char *word, size_t length)
{
    return strlen(option->name) == length && strncmp(option->name, word, length) == 0;
}

/* Where the option's value goes; NULL when the command has no such option. */
static const char **option_slot(struct ctl *ctl, const char *word, size_t length, const char **global,
                                const struct ctl_option **ret_option)
{
    for (int i = 0; i < CTL_MAX_OPTIONS && ctl->command->options[i].name; i++) {
        if (names(&ctl->command->options[i], word, length)) {
            *ret_option = &ctl->command->options[i];
            return &ctl->values[i];
        }
    }
    for (int i = 0; ctl_global_options[i].name; i++) {
        if (names(&ctl_global_options[i], word, length)) {
            *ret_option = &ctl_global_options[i];
            return &global[i];
        }
    }
    return NULL;
}

static bool comes_again(const struct ctl_option *option)
{
    static const char mark[] = " …";
    size_t length = strlen(option->argument), tail = sizeof(mark) - 1;
    return length >= tail && strcmp(option->argument + length - tail, mark) == 0;
}

/* The first value stays in its slot. */
static int take_again(struct ctl *ctl, const struct ctl_option *option, const char *value)
{
    if (ctl->again_count == CTL_MAX_AGAIN) {
        ctl_complain("%s is given more often than %d times", option->name, CTL_MAX_AGAIN);
        return CTL_USAGE;
    }
    ctl->again[ctl->again_count].option = option;
    ctl->again[ctl->again_count++].value = value;
    return CTL_GOOD;
}

/* Takes arguments[*at], and the next one when it is the option's value. */
static int take_option(struct ctl *ctl, char **arguments, int count, int *at, const char **global)
{
    const char *word = arguments[*at], *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct ctl_option *option = NULL;
    const char **slot = option_slot(ctl, word, length, global, &option);
    if (!slot) {
        unknown_option(ctl->command, word, length);
        return CTL_USAGE;
    }
    if (!option->argument && equals) {
        ctl_complain("%s takes no value", option->name);
        return CTL_USAGE;
    }
    if (!option->argument) {
        *slot = "";
        return CTL_GOOD;
    }
    if (!equals && *at + 1 >= count) {
        ctl_complain("%s needs a value: %s", option->name, option->argument);
        return CTL_USAGE;
    }
    const char *value = equals ? equals + 1 : arguments[++*at];
    if (comes_again(option) && *slot)
        return take_again(ctl, option, value);
    *slot = value;
    return CTL_GOOD;
}

static int take_positional(struct ctl *ctl, const char *word)
{
    if (ctl->positional_count >= ctl->command->most) {
        ctl_complain("\"%s\" is one argument too many; \"pathwayctl help %s\" shows the usage", word,
                     ctl->command->noun);
        return CTL_USAGE;
    }
    ctl->positionals[ctl->positional_count++] = word;
    return CTL_GOOD;
}

static int take_arguments(struct ctl *ctl, int count, char **arguments, const char **global)
{
    bool options_end = false;
    for (int i = 0; i < count; i++) {
        bool option = !options_end && arguments[i][0] == '-' && arguments[i][1];
        if (option && strcmp(arguments[i], "--") == 0) {
            options_end = true;
            continue;
        }
        bool help = option && strcmp(arguments[i], "-h") == 0;
        if (help)
            global[2] = "";
        int status = help     ? CTL_GOOD
                     : option ? take_option(ctl, arguments, count, &i, global)
                              : take_positional(ctl, arguments[i]);
        if (status != CTL_GOOD)
            return status;
    }
    if (!global[2] && ctl->positional_count < ctl->command->least) {
        ctl_complain("%s is missing; \"pathwayctl help %s\" shows the usage", ctl->command->arguments,
                     ctl->command->noun);
        return CTL_USAGE;
    }
    return CTL_GOOD;
}

static void unknown_command(const char *noun, const char *verb)
{
    const char *known[MAX_KNOWN + 1];
    int count = 0;
    bool group = false;
    for (const struct ctl_command *command = ctl_commands; command->noun; command++)
        group |= strcmp(command->noun, noun) == 0;
    for (const struct ctl_command *command = ctl_commands; command->noun && count < MAX_KNOWN; command++)
        if (!group || strcmp(command->noun, noun) == 0)
            known[count++] = group ? command->verb : command->noun;
    known[count] = NULL;
    if (group && !verb)
        ctl_complain("\"%s\" needs one more word; \"pathwayctl help %s\" shows which", noun, noun);
    else
        ctl_suggest("command", group ? verb : noun, known);
}

/* Options that stand before the command ("pathwayctl --config F status") are moved behind it. */
static int leading_options(int count, char **arguments)
{
    int at = 1;
    while (at < count && arguments[at][0] == '-' && arguments[at][1]) {
        if (strcmp(arguments[at], "--config") == 0)
            at++;
        at++;
    }
    return at > count ? count : at;
}

static int run(struct ctl *ctl, int count, char **arguments)
{
    const char *global[4] = {NULL};
    char *error = NULL;
    int status = take_arguments(ctl, count, arguments, global);
    if (status != CTL_GOOD)
        return status;
    if (global[2]) {
        ctl_help(ctl->command);
        return CTL_GOOD;
    }
    ctl->config_file = global[0];
    ctl->json = global[1] != NULL;
    if (config_places_find(&ctl->places, &error) != 0) {
        ctl_complain("%s", error ? error : "out of memory");
        free(error);
        return CTL_USAGE;
    }
    status = ctl->command->run(ctl);
    if (fflush(stdout) != 0 && status == CTL_GOOD) {
        ctl_complain("standard output could not be written: %s", strerror(errno));
        status = CTL_BAD;
    }
    config_free(ctl->config);
    config_places_release(&ctl->places);
    return status;
}

static int main_without_command(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0) {
            ctl_help(NULL);
            return CTL_GOOD;
        }
        if (strcmp(arguments[i], "--version") == 0) {
            puts("pathwayctl " PATHWAYD_VERSION);
            return CTL_GOOD;
        }
    }
    ctl_complain("a command is missing; \"pathwayctl help\" lists them");
    return CTL_USAGE;
}

int ctl_main(int count, char **arguments)
{
    struct ctl ctl = {0};
    int words = 0, at = leading_options(count, arguments);
    /* A reader that went away (`| head`) is seen as a write error, and sockets never kill us. */
    signal(SIGPIPE, SIG_IGN);
    if (at >= count)
        return main_without_command(count, arguments);
    const char *verb = at + 1 < count ? arguments[at + 1] : NULL;
    ctl.command = ctl_command_find(arguments[at], verb, &words);
    if (!ctl.command && verb && (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)) {
        ctl.command = &ctl_commands[0];
        while (ctl.command->noun && ctl.command->run != ctl_help_command)
            ctl.command++;
        ctl.positionals[ctl.positional_count++] = arguments[at];
        return ctl_help_command(&ctl);
    }
    if (!ctl.command) {
        unknown_command(arguments[at], verb);
        return CTL_USAGE;
    }
    ctl.terminal_out = isatty(STDOUT_FILENO) == 1;
    ctl.terminal_err = isatty(STDERR_FILENO) == 1;
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    ctl.colour =
        ctl.terminal_out && !(no_colour && *no_colour) && !(terminal && strcmp(terminal, "dumb") == 0);

    char **rest = calloc((size_t)count, sizeof(*rest));
    if (!rest)
        return CTL_BAD;
    int kept = 0;
    for (int i = 1; i < at; i++)
        rest[kept++] = arguments[i];
    for (int i = at + words; i < count; i++)
        rest[kept++] = arguments[i];
    int status = run(&ctl, kept, rest);
    free(rest);
    return status;
}
