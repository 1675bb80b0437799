/* SPDX-License-Identifier: Apache-2.0
 *
 * ctl.h: what every command of pathwayctl shares: the invocation, its options, the exit status.
 *
 * A command is a row of the table in command.c. Its options are declared there too, so that parsing, --help
 * and "did you mean" come from one place.
 */
#ifndef PATHWAYD_CTL_CTL_H
#define PATHWAYD_CTL_CTL_H

#include <stdbool.h>
#include "config/config.h"

/* Exit status; others script against it. */
#define CTL_GOOD  0 /* all good */
#define CTL_BAD   1 /* some line bad or rejected, or the daemon could not be asked */
#define CTL_USAGE 2 /* usage or configuration */

#define CTL_MAX_OPTIONS     24
#define CTL_MAX_AGAIN       64 /* repetitions of options on one command line */
#define CTL_MAX_POSITIONALS 64 /* files to compile; other commands take one or two */

struct ctl_option {
    const char *name;     /* "--batch" */
    const char *argument; /* "N"; NULL: a switch; "N …": may be given again, see ctl_option_again */
    const char *help;
};

struct ctl;

struct ctl_command {
    const char *noun, *verb; /* "case", "show"; verb NULL for one-word commands */
    const char *arguments;   /* "[FILE|-]" */
    const char *summary;     /* one line */
    const char *help;        /* what a person should know, or NULL */
    int least, most;         /* positionals */
    int (*run)(struct ctl *ctl);
    struct ctl_option options[CTL_MAX_OPTIONS];
};

struct ctl {
    const struct ctl_command *command;
    const char *values[CTL_MAX_OPTIONS]; /* parallel to command->options; "" for a switch that was given */
    struct {
        const struct ctl_option *option;
        const char *value;
    } again[CTL_MAX_AGAIN]; /* what an option was given as from its second time on */
    int again_count;
    const char *positionals[CTL_MAX_POSITIONALS];
    int positional_count;
    bool json;
    bool colour;             /* on standard output */
    bool terminal_out;       /* standard output is a terminal … */
    bool terminal_err;       /* … so is standard error: progress may be shown */
    const char *config_file; /* --config, or NULL */
    struct config_places places;
    struct config *config; /* read by ctl_config */
};

/* The whole program; main.c only calls it. */
int ctl_main(int count, char **arguments);

extern const struct ctl_command ctl_commands[];      /* ends with a NULL noun */
extern const struct ctl_option ctl_global_options[]; /* ends with a NULL name */

/* The value of an option of this command ("--batch"): NULL when it was not given. */
const char *ctl_option(const struct ctl *ctl, const char *name);
/* What it was given as the `time`th time, from 0; NULL: it was not given so often. */
const char *ctl_option_again(const struct ctl *ctl, const char *name, int time);
/* A whole number within minimum..maximum, `otherwise` when not given. CTL_USAGE after a sentence. */
int ctl_option_number(const struct ctl *ctl, const char *name, int64_t minimum, int64_t maximum,
                      int64_t otherwise, int64_t *ret_value);

/* An option whose value is one of these words (ends with NULL), or was not given. CTL_USAGE after a sentence. */
int ctl_option_word(const struct ctl *ctl, const char *name, const char *const *known);

/* One sentence on standard error, "pathwayctl: …"; control characters are made harmless. */
void ctl_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads the configuration once. CTL_GOOD, or CTL_USAGE after its errors were printed. */
int ctl_config(struct ctl *ctl);

/* The same where the configuration is a help and not a need: one that was not asked for by --config may be
 * missing or bad, and ctl->config is NULL then. */
int ctl_config_if_any(struct ctl *ctl);

/* Help. */
void ctl_help(const struct ctl_command *command); /* NULL: the list of commands */
const struct ctl_command *ctl_command_find(const char *noun, const char *verb, int *ret_words);
void ctl_suggest(const char *kind, const char *word, const char *const *known);

/* The commands. */
int ctl_send(struct ctl *ctl);
int ctl_status(struct ctl *ctl);
int ctl_wait(struct ctl *ctl);
int ctl_pause(struct ctl *ctl);
int ctl_resume(struct ctl *ctl);
int ctl_reload(struct ctl *ctl);
int ctl_pending_list(struct ctl *ctl);
int ctl_event_list(struct ctl *ctl);
int ctl_event_show(struct ctl *ctl);
int ctl_why(struct ctl *ctl);
int ctl_findings(struct ctl *ctl);
int ctl_case_list(struct ctl *ctl);
int ctl_case_show(struct ctl *ctl);
int ctl_case_decide(struct ctl *ctl);
int ctl_case_second(struct ctl *ctl);
int ctl_case_reopen(struct ctl *ctl);
int ctl_case_dissent(struct ctl *ctl);
int ctl_answer(struct ctl *ctl);
int ctl_report(struct ctl *ctl);
int ctl_plugin_list(struct ctl *ctl);
int ctl_plugin_describe(struct ctl *ctl);
int ctl_plugin_check(struct ctl *ctl);
int ctl_audit_verify(struct ctl *ctl);
int ctl_pack_list(struct ctl *ctl);
int ctl_pack_check(struct ctl *ctl);
int ctl_pack_show(struct ctl *ctl);
int ctl_pack_diff(struct ctl *ctl);
int ctl_pack_test(struct ctl *ctl);
int ctl_pack_schema(struct ctl *ctl);
int ctl_pack_activate(struct ctl *ctl);
int ctl_pack_off(struct ctl *ctl);
int ctl_pack_second(struct ctl *ctl);
int ctl_pack_withdraw(struct ctl *ctl);
int ctl_pack_history(struct ctl *ctl);
int ctl_assess(struct ctl *ctl);
int ctl_backtest(struct ctl *ctl);
int ctl_screen(struct ctl *ctl);
int ctl_list_compile(struct ctl *ctl);
int ctl_list_update(struct ctl *ctl);
int ctl_list_import(struct ctl *ctl);
int ctl_list_remove(struct ctl *ctl);
int ctl_list_status(struct ctl *ctl);
int ctl_list_diff(struct ctl *ctl);
int ctl_list_rollback(struct ctl *ctl);
int ctl_version(struct ctl *ctl);
int ctl_help_command(struct ctl *ctl);

#endif
