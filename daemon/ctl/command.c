/* SPDX-License-Identifier: Apache-2.0
 *
 * command.c: the table of commands, and which of them a command line means.
 */
#include "ctl/ctl.h"

#include <stdio.h>
#include <string.h>

const struct ctl_option ctl_global_options[] = {
    {"--config", "FILE", "the daemon's configuration file"},
    {"--json", NULL, "JSON instead of tables"},
    {"--help", NULL, "this text"},
    {NULL, NULL, NULL},
};

#define PAGE_OPTIONS                                                                                         \
    {"--after", "N", "begin after this number"},                                                             \
    {                                                                                                        \
        "--limit", "N", "rows at most (default: 100; 0: all)"                                                \
    }

#define FROM_FILE "; @FILE, or - for standard input"
#define REVISION_OPTION                                                                                      \
    {                                                                                                        \
        "--revision", "N", "only if the case is still as you read it"                                        \
    }

const struct ctl_command ctl_commands[] = {
    {"send",
     NULL,
     "[FILE|-]",
     "send events to a feed",
     "Reads one CloudEvent a line (NDJSON), or with --map a CSV export, and sends them with their exact "
     "bytes.\n"
     "Sending again is safe: the daemon knows what it has. Nothing is given up before --give-up seconds.\n"
     "Requests in flight overtake each other; --window 1 keeps the order of the input, for corrections.",
     0,
     1,
     ctl_send,
     {{"--endpoint", "URL", "the feed's address (default: the configuration's first feed)"},
      {"--batch", "N", "events a request (default 1; 64 is fast)"},
      {"--window", "N", "requests in flight (default 64)"},
      {"--map", "MAP.json", "the input is CSV; MAP.json says how it becomes events"},
      {"--acks", NULL, "print each acknowledgement, one a line, in order"},
      {"--resume", "FILE", "keep in FILE how far it came, and go on from there"},
      {"--timeout", "S", "seconds to wait for an answer before sending again (default 10)"},
      {"--give-up", "S", "seconds without any answer after which to give up (default 120)"},
      {"--tls-ca", "FILE", "PEM: whom to trust as the daemon"},
      {"--tls-cert", "FILE", "PEM: this feed's certificate"},
      {"--tls-key", "FILE", "PEM: its key"},
      {"--tls-name", "NAME", "the name the daemon's certificate must carry (default: the host)"},
      {"--print", NULL, "print the events instead of sending them, to try a map"},
      {"--quiet", NULL, "no progress, no summary"}}},
    {"status", NULL, "", "what the daemon does, and how far it is", NULL, 0, 0, ctl_status, {{0}}},
    {"metrics",
     NULL,
     "",
     "what the daemon does, as figures for Prometheus",
     "Prints them once; with --listen serves them at /metrics, in a process of its own, until it is ended.",
     0,
     0,
     ctl_metrics,
     {{"--listen", "ADDRESS:PORT", "serve them over HTTP, e.g. at 127.0.0.1:9943"}}},
    {"wait",
     NULL,
     "",
     "wait until every event is judged and every notice handed over",
     NULL,
     0,
     0,
     ctl_wait,
     {{"--drained", NULL, "what to wait for (the only thing there is)"},
      {"--timeout", "S", "give up after so many seconds (default: never)"}}},
    {"watch",
     NULL,
     "",
     "open cases by queue, who waits, what comes in, as it happens",
     "On a terminal until q is pressed; else once.",
     0,
     0,
     ctl_watch,
     {{0}}},
    {"event",
     "list",
     "",
     "events in the journal",
     NULL,
     0,
     0,
     ctl_event_list,
     {PAGE_OPTIONS,
      {"--type", "TYPE", "only of this type; a part between dots will do"},
      {"--engagement", "ID", "only of this engagement"}}},
    {"event",
     "show",
     "SEQUENCE | SOURCE ID",
     "one event, its facts and findings",
     NULL,
     1,
     2,
     ctl_event_show,
     {{0}}},
    {"why",
     NULL,
     "SEQUENCE | SOURCE ID",
     "why somebody was told of an event, or was not",
     NULL,
     1,
     2,
     ctl_why,
     {{"--reviewer", "NAME", "only what concerns this reviewer"}}},
    {"findings",
     NULL,
     "",
     "findings, oldest first",
     NULL,
     0,
     0,
     ctl_findings,
     {PAGE_OPTIONS,
      {"--pathway", "NAME", "only of this pathway"},
      {"--rule", "RULE", "only of this rule"},
      {"--min-level", "LEVEL", "only at this level or above"},
      {"--engagement", "ID", "only of this engagement"}}},
    {"case",
     "list",
     "",
     "cases",
     NULL,
     0,
     0,
     ctl_case_list,
     {PAGE_OPTIONS,
      {"--state", "STATE", "only in this state"},
      {"--min-level", "LEVEL", "only at this level or above"},
      {"--queue", "QUEUE", "only of this queue: open ones, unless a state is given"},
      {"--mine", NULL, "only yours: open ones, unless a state is given"},
      {"--assignee", "REVIEWER", "only this reviewer's"},
      {"--overdue", NULL, "only decided ones with a mitigation that is overdue"},
      {"--text", "WORDS", "only with these words in the title, the engagement or the unit"}}},
    {"case",
     "print",
     "[CASE]",
     "a case with all its history as plain text, for the file",
     "The same on any day, as long as the case is the same.",
     0,
     1,
     ctl_case_print,
     {{"--engagement", "ID", "the case of this engagement, whatever its id looks like"}}},
    {"case",
     "assign",
     "CASE REVIEWER",
     "give a case to a reviewer",
     "A lead gives any case; whoever has it hands it over.",
     2,
     2,
     ctl_case_act,
     {{"--note", "TEXT", "what the other should know" FROM_FILE}, REVISION_OPTION}},
    {"case", "take", "CASE", "take a case, and begin", NULL, 1, 1, ctl_case_act, {REVISION_OPTION}},
    {"case",
     "ask",
     "CASE",
     "ask a unit; the case waits for the answer",
     "The unit's contact is written to, with the question and nothing of what was found. The case is in "
     "review "
     "again when\n"
     "the answer is there: pathwayctl answer CASE.",
     1,
     1,
     ctl_case_act,
     {{"--question", "TEXT", "what is asked; always" FROM_FILE},
      {"--of", "UNIT", "whose contact (default: the unit of the engagement)"},
      {"--by", "DATE", "until when the answer is wanted"},
      REVISION_OPTION}},
    {"case",
     "comment",
     "CASE",
     "leave a word on a case",
     NULL,
     1,
     1,
     ctl_case_act,
     {{"--text", "TEXT", "what; always" FROM_FILE}, REVISION_OPTION}},
    {"case",
     "attach",
     "CASE REFERENCE",
     "name a document: an https address or a record's number",
     "The document stays where it is.",
     2,
     2,
     ctl_case_act,
     {{"--note", "TEXT", "what it is" FROM_FILE}, REVISION_OPTION}},
    {"case",
     "statement",
     "CASE",
     "write down what the person concerned says",
     "By words or by where it stands; without names and anything else of the person.",
     1,
     1,
     ctl_case_act,
     {{"--text", "TEXT", "what was said" FROM_FILE},
      {"--reference", "REFERENCE", "where it is: an https address or a record's number"},
      REVISION_OPTION}},
    {"case",
     "hold",
     "CASE",
     "let nothing go on until a day, or until it is decided",
     "At most 30 days at a time; it lapses by itself.",
     1,
     1,
     ctl_case_act,
     {{"--until", "DATE", "the day; always"},
      {"--reason", "TEXT", "why; always" FROM_FILE},
      REVISION_OPTION}},
    {"case",
     "appeal",
     "CASE",
     "record an appeal: somebody else decides anew",
     "Nobody decides or seconds then who decided or seconded what was appealed.",
     1,
     1,
     ctl_case_act,
     {{"--by", "PARTY", "who appeals: person, unit, partner or office; always"},
      {"--reason", "TEXT", "what speaks against the decision; always" FROM_FILE},
      REVISION_OPTION}},
    {"case",
     "close",
     "CASE",
     "close a case that is decided, and whose mitigations are done",
     NULL,
     1,
     1,
     ctl_case_act,
     {{"--note", "TEXT", "a last word" FROM_FILE}, REVISION_OPTION}},
    {"case",
     "mitigation",
     "CASE N WHAT [VALUE]",
     "note how far a mitigation of the decision is",
     "WHAT is done, open, owner NAME, due DATE, or evidence REFERENCE (an https address or a record's "
     "number).",
     3,
     4,
     ctl_case_mitigation,
     {REVISION_OPTION}},
    {"case",
     "refer",
     "CASE",
     "record that a case is referred outside, by two people",
     "Off unless the configuration turns it on (cases.referral). Nothing is sent anywhere.",
     1,
     1,
     ctl_case_refer,
     {{"--to", "WHOM", "to whom; always, but with --second"},
      {"--reason", "TEXT", "why; always, but with --second" FROM_FILE},
      {"--second", NULL, "second what a colleague proposed"},
      REVISION_OPTION}},
    {"case",
     "show",
     "[CASE]",
     "all that a reviewer needs of one case",
     "CASE is a case's name (C-000123), its number, or an engagement's id. A number that both have is the "
     "case's.",
     0,
     1,
     ctl_case_show,
     {{"--engagement", "ID", "the case of this engagement, whatever its id looks like"}}},
    {"case",
     "decide",
     "CASE DECISION",
     "decide a case",
     "DECISION is proceed, proceed_with_mitigation or declined. You decide under your own account. declined, "
     "and any\n"
     "decision on a case at prohibited, takes a second person; declined also names a benefit that is lost, "
     "and where "
     "the\n"
     "work goes instead. Until the day of review, or until something that the decision relies on is "
     "otherwise, the "
     "case\n"
     "raises no alert.",
     2,
     2,
     ctl_case_decide,
     {{"--reason", "TEXT", "why; always" FROM_FILE},
      {"--cost", "TEXT …", "a cost that was considered (default: those that the findings name)"},
      {"--benefit", "TEXT …", "a benefit that was considered (default: those that the findings name)"},
      {"--mitigation", "TEXT …", "what is to be done about it"},
      {"--plan", "NAME", "the mitigations of this plan, of mitigations.json beside the configuration"},
      {"--displacement", "TEXT", "where the work goes instead"},
      {"--code", "WORD",
       "the kind of reason, to be counted: no_tie, open_work, licence_held, tie, use, …; a wrong one lists "
       "all"},
      {"--review-by", "DATE", "when to look at it again (default: as configured, else in a year)"},
      REVISION_OPTION}},
    {"case",
     "second",
     "CASE",
     "second what somebody else proposed",
     NULL,
     1,
     1,
     ctl_case_second,
     {REVISION_OPTION}},
    {"case",
     "reopen",
     "CASE",
     "take up a case again that is decided, or withdraw a proposal",
     NULL,
     1,
     1,
     ctl_case_reopen,
     {{"--reason", "TEXT", "why; always" FROM_FILE}, REVISION_OPTION}},
    {"case",
     "dissent",
     "CASE",
     "write beside a decision what you have against it",
     "It stays there, whatever becomes of the decision.",
     1,
     1,
     ctl_case_dissent,
     {{"--text", "TEXT", "what; always" FROM_FILE}, REVISION_OPTION}},
    {"silence",
     "add",
     "",
     "tell nobody for a while of what fits all that is named",
     "What is found is found all the same. At least one of --case, --rule, --pathway and --unit; at most 180 "
     "days.",
     0,
     0,
     ctl_silence_add,
     {{"--until", "DATE", "when it ends; always"},
      {"--reason", "TEXT", "why; always" FROM_FILE},
      {"--case", "CASE", "of this case, by its name or number"},
      {"--rule", "RULE", "of this rule"},
      {"--pathway", "NAME", "on this pathway"},
      {"--unit", "UNIT", "of this unit"}}},
    {"silence",
     "list",
     "",
     "silences, with who asked for them and why",
     NULL,
     0,
     0,
     ctl_silence_list,
     {PAGE_OPTIONS}},
    {"silence", "end", "SILENCE", "end a silence before its time", NULL, 1, 1, ctl_silence_end, {{0}}},
    {"answer",
     NULL,
     "CASE [q1=no | /data/FIELD=VALUE …]",
     "give what a case asks for, or see what that is",
     "Without answers: what is asked, of whom, and by when. An answer goes over a feed as a correction of "
     "every event of\n"
     "the case that asks; the case is then judged again. A colleague's question (case ask) is answered the "
     "same way, or "
     "with\n"
     "--text alone by whoever heard the answer.",
     1,
     CTL_MAX_POSITIONALS,
     ctl_answer,
     {{"--by", "WHO", "who answers a question: researcher, department …"},
      {"--text", "TEXT", "a sentence to go with it; alone, what was heard as an answer"},
      {"--question", "N", "which of the colleagues' questions (default: the one that is open)"},
      {"--revision", "N", "with --text alone: only if the case is still as you read it"},
      {"--endpoint", "URL", "this feed (default: the first that may send corrections for the source)"},
      {"--dry-run", NULL, "print the corrections instead of sending them"}}},
    {"report",
     NULL,
     "",
     "what the policies cost, and whom they burden",
     "Events, findings, holds, decisions and how long they took, by pathway, rule, unit and partner's "
     "country;\n"
     "rules that cry wolf. Figures from fewer than 5 engagements are not shown. Reads the journal, beside "
     "the "
     "daemon.",
     0,
     0,
     ctl_report,
     {{"--from", "DATE", "events received from this day (UTC) on"},
      {"--to", "DATE", "events received up to this day, which counts"},
      {"--by", "WHAT", "only by pathway, rule, unit or country"},
      {"--shadow", NULL, "also what packs on trial would have said, by rule"},
      {"--journal", "FILE", "the journal (default: the configuration's)"}}},
    {"plugin", "list", "", "the running plugin hosts", NULL, 0, 0, ctl_plugin_list, {{0}}},
    {"plugin",
     "describe",
     "NAME|FILE",
     "what a plugin is and how it is configured",
     NULL,
     1,
     1,
     ctl_plugin_describe,
     {{0}}},
    {"plugin",
     "check",
     "FILE.so",
     "load a plugin in a plugin host and say all that is wrong with it",
     "Runs sample events through it twice: every family, no partner, 64 partners, unicode. A notify plugin "
     "is\n"
     "loaded, but no notice is sent.",
     1,
     1,
     ctl_plugin_check,
     {{"--with", "JSON", "its configuration object; @FILE reads it from a file"}}},
    {"pending",
     "list",
     "",
     "judgements that are still owed",
     NULL,
     0,
     0,
     ctl_pending_list,
     {PAGE_OPTIONS, {"--instance", "NAME", "only what this plugin instance owes"}}},
    {"audit",
     "verify",
     "",
     "check the audit chain, without the daemon's help",
     NULL,
     0,
     0,
     ctl_audit_verify,
     {{"--journal", "FILE", "the journal (default: the configuration's)"}}},
    {"backup",
     NULL,
     "",
     "copy the journal, packs and lists of a running daemon",
     "Makes a folder of all that is stored at one instant, while the daemon goes on. The configuration, "
     "certificates\n"
     "and passwords are not in it.",
     0,
     0,
     ctl_backup,
     {{"-o", "FOLDER", "where it goes (default: pathwayd-TIME here)"},
      {"--force", NULL, "replace a backup that is there"}}},
    {"restore",
     NULL,
     "FOLDER",
     "make a state folder of a backup again",
     "Checks every part and the audit chain before anything is touched, and says what may be missing. Stop "
     "the "
     "daemon\n"
     "first.",
     1,
     1,
     ctl_restore,
     {{"--to", "FOLDER", "the state folder to make (default: the configuration's)"},
      {"--force", NULL, "even if there is something: it is kept beside"}}},
    {"list",
     "update",
     "[NAME …]",
     "fetch the configured lists, or some, and put them in force",
     "Asks each publisher whether there is something newer, reads it, and compiles all lists into one "
     "snapshot,\n"
     "which takes the old one's place in one step. A source that cannot be had, cannot be read or has lost "
     "much of\n"
     "what it held stays as it was. The running daemon reloads, and looks again at the earlier events "
     "concerned.",
     0,
     CTL_MAX_POSITIONALS,
     ctl_list_update,
     {{"--force", NULL, "take what looks wrong: a list that shrank, rows of a source that is not known"}}},
    {"list",
     "import",
     "NAME=FORMAT:PATH …",
     "put files at hand in force as lists",
     "As `list update` does with what it fetched. FORMAT: see `list compile`.",
     1,
     CTL_MAX_POSITIONALS,
     ctl_list_import,
     {{"--force", NULL, "take what looks wrong: a list that shrank, rows of a source that is not known"}}},
    {"list",
     "remove",
     "NAME …",
     "take sources out of force",
     NULL,
     1,
     CTL_MAX_POSITIONALS,
     ctl_list_remove,
     {{0}}},
    {"list",
     "status",
     "",
     "the lists in force, how old they are, what the last try came to",
     "Exit status 1 when one is stale, or its last try failed.",
     0,
     0,
     ctl_list_status,
     {{0}}},
    {"list",
     "diff",
     "[OLDER [NEWER]]",
     "entries that are new, gone or different",
     "Between two generations; without them between the current one and the one before.",
     0,
     2,
     ctl_list_diff,
     {{0}}},
    {"list", "rollback", "", "go back to the generation before", NULL, 0, 0, ctl_list_rollback, {{0}}},
    {"list",
     "compile",
     "-o SNAPSHOT NAME=FORMAT:PATH …",
     "compile published lists and the registry into one snapshot",
     "FORMAT: csl-csv (US Consolidated Screening List), bis-dpl (BIS Denied Persons), aspi-misp (ASPI\n"
     "tracker as a MISP cluster), dod-1286 (DoD Section 1286), ror (Research Organization Registry dump,\n"
     "schema v2), simple (an office's own list). Files may be gzipped, or the one file in a zip. NAME names\n"
     "the source in evidence.",
     1,
     CTL_MAX_POSITIONALS,
     ctl_list_compile,
     {{"-o", "SNAPSHOT", "where the snapshot goes; an old one is replaced only by a whole new one"}}},
    {"screen",
     NULL,
     "[NAME|-]",
     "look names up in the lists, as the enricher would",
     "Without NAME one query a line is read; a line that starts with { is {\"query\",\"country\",\"ror\"}.",
     0,
     1,
     ctl_screen,
     {{"--snapshot", "FILE", "add a compiled snapshot, or a list file of the `simple` format"}}},
    {"assess",
     NULL,
     "[FILE|-]",
     "run events through the real plugins, without daemon or journal",
     "One CloudEvent a line in, one line out, in order; each line stands alone. With --together the input is "
     "one\n"
     "history: level and needs_information are the engagement's, joined over the lines so far, and a "
     "correction\n"
     "gives the judgement of the event it corrects.",
     0,
     1,
     ctl_assess,
     {{"--together", NULL, "treat the input as one history"},
      {"--pack", "FILE …", "this pack instead of the active ones of its regime; may be given again"},
      {"--snapshot", "FILE", "add a compiled snapshot, or a list file of the `simple` format"},
      {"--as-of", "TIME", "judge by this instant (default: the event's time)"}}},
    {"backtest",
     NULL,
     "",
     "what a pack or a list would have changed in the history that is stored",
     "Every stored event is judged twice, by what is configured and by what is tried, and the two are "
     "compared. "
     "Nothing\n"
     "is written and nobody is told; it runs beside the daemon. With --pack alone the facts stored with each "
     "event "
     "hold.",
     0,
     0,
     ctl_backtest,
     {{"--pack", "FILE …", "this pack instead of the active ones of its regime; may be given again"},
      {"--snapshot", "FILE", "one more list; the enrichers are asked again, on both sides"},
      {"--from", "DATE", "events dated that day or later"},
      {"--to", "DATE", "events dated before that day"},
      {"--engagements", NULL, "list every engagement that would change"},
      {"--engagement", "ID", "this engagement alone"},
      {"--journal", "FILE", "another journal than the configured one"}}},
    {"pack",
     "list",
     "",
     "the packs there are, and which are in force",
     "What active.json names and what else lies in its folder, each read by the policies. Exit status 1 when "
     "one\n"
     "that is active or on trial is broken.",
     0,
     0,
     ctl_pack_list,
     {{0}}},
    {"pack",
     "check",
     "FILE …",
     "have the policies read packs, and say all that is wrong",
     "Each pack is read by the plugins of all pathways that it has rules for. A hint is about what may be "
     "meant.",
     1,
     CTL_MAX_POSITIONALS,
     ctl_pack_check,
     {{0}}},
    {"pack",
     "show",
     "FILE [RULE]",
     "a pack in words, a paragraph a rule",
     "RULE is an id, or the beginning of some. With --json the pack, or the rules, without comments.",
     1,
     2,
     ctl_pack_show,
     {{0}}},
    {"pack",
     "diff",
     "OLD NEW",
     "what changes from one pack to another, rule by rule",
     "The order of rules and comments do not matter. Exit status 0 when they say the same, 1 when not.",
     2,
     2,
     ctl_pack_diff,
     {{0}}},
    {"pack",
     "test",
     "FILE [SCENARIOS|- …]",
     "run scenarios of events and expectations through a pack",
     "SCENARIOS is an array, or a scenario a line; conf/packs/README.md says what one holds. Only this pack "
     "speaks.\n"
     "Prints TAP. Exit status 1 when something is not as expected.",
     1,
     CTL_MAX_POSITIONALS,
     ctl_pack_test,
     {{"--snapshot", "FILE", "add a compiled snapshot, or a list file of the `simple` format"}}},
    {"pack",
     "activate",
     "FILE",
     "bring a pack into force, with a colleague",
     "The policies read it first. It takes the place of the packs of its regime that are in force at the "
     "same "
     "time, once a\n"
     "second person has seconded it (with packs.two_people off in the configuration: at once). Events that "
     "come "
     "from then\n"
     "on are judged by it, and earlier ones when they are judged again.",
     1,
     1,
     ctl_pack_activate,
     {{"--reason", "TEXT", "why; always"},
      {"--shadow", NULL, "on trial beside those in force: what it says is recorded and counts for nothing"}}},
    {"pack",
     "off",
     "PACK",
     "take a pack out, with a colleague",
     "PACK is the name that \"pack list\" shows in the column \"pack\"; it ends being in force, and on "
     "trial.",
     1,
     1,
     ctl_pack_off,
     {{"--reason", "TEXT", "why; always"}}},
    {"pack", "second", "CHANGE", "second what a colleague proposed", NULL, 1, 1, ctl_pack_second, {{0}}},
    {"pack", "withdraw", "CHANGE", "withdraw what was proposed", NULL, 1, 1, ctl_pack_withdraw, {{0}}},
    {"pack",
     "history",
     "",
     "who brought which pack into force, when and why",
     NULL,
     0,
     0,
     ctl_pack_history,
     {PAGE_OPTIONS,
      {"--pack", "NAME", "only of this pack"},
      {"--change", "N", "this change, all of it"},
      {"--text", NULL, "with --change: the pack, as it was proposed"}}},
    {"pack", "schema", "", "the JSON Schema of packs, for editors", NULL, 0, 0, ctl_pack_schema, {{0}}},
    {"pause", NULL, "", "stop judging; events are still accepted", NULL, 0, 0, ctl_pause, {{0}}},
    {"resume", NULL, "", "judge again", NULL, 0, 0, ctl_resume, {{0}}},
    {"reload", NULL, "", "read the configuration again", NULL, 0, 0, ctl_reload, {{0}}},
    {"version", NULL, "", "the version", NULL, 0, 0, ctl_version, {{0}}},
    {"help", NULL, "[COMMAND]", "help on a command", NULL, 0, 2, ctl_help_command, {{0}}},
    {.noun = NULL},
};

/* The command the words name and how many words that took; NULL when there is none. */
const struct ctl_command *ctl_command_find(const char *noun, const char *verb, int *ret_words)
{
    for (const struct ctl_command *command = ctl_commands; command->noun; command++) {
        if (strcmp(command->noun, noun) != 0)
            continue;
        if (!command->verb || (verb && strcmp(command->verb, verb) == 0)) {
            *ret_words = command->verb ? 2 : 1;
            return command;
        }
    }
    return NULL;
}

/* printf counts bytes, and "…" has three. */
static int columns_for(const char *text, int columns)
{
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) == 0x80;
    return columns;
}

static void print_option(const struct ctl_option *option)
{
    char left[64];
    snprintf(left, sizeof(left), "%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    printf("  %-*s %s\n", columns_for(left, 22), left, option->help);
}

static void print_command_help(const struct ctl_command *command)
{
    printf("pathwayctl %s%s%s %s%s\n\n%c%s.\n", command->noun, command->verb ? " " : "",
           command->verb ? command->verb : "", command->arguments,
           *command->arguments ? " [options]" : "[options]",
           command->summary[0] - ('a' <= command->summary[0] && command->summary[0] <= 'z' ? 'a' - 'A' : 0),
           command->summary + 1);
    if (command->help)
        printf("%s\n", command->help);
    printf("\nOptions:\n");
    for (int i = 0; i < CTL_MAX_OPTIONS && command->options[i].name; i++)
        print_option(&command->options[i]);
    for (const struct ctl_option *option = ctl_global_options; option->name; option++)
        print_option(option);
}

void ctl_help(const struct ctl_command *only)
{
    if (only) {
        print_command_help(only);
        return;
    }
    printf("pathwayctl: feed, watch and ask pathwayd, and try its policies without it.\n\n");
    for (const struct ctl_command *command = ctl_commands; command->noun; command++) {
        char left[64];
        snprintf(left, sizeof(left), "%s%s%s %s", command->noun, command->verb ? " " : "",
                 command->verb ? command->verb : "", command->arguments);
        printf("  %-*s %s\n", columns_for(left, 34), left, command->summary);
    }
    printf("\nEvery command takes --config FILE, --json and --help. Exit status: 0 all good, 1 some line bad "
           "or\n"
           "rejected or the daemon out of reach, 2 usage or configuration.\n");
}

int ctl_help_command(struct ctl *ctl)
{
    int words = 0;
    const struct ctl_command *command = NULL;
    if (ctl->positional_count == 0) {
        ctl_help(NULL);
        return CTL_GOOD;
    }
    command = ctl_command_find(ctl->positionals[0], ctl->positionals[1], &words);
    if (command && ctl->positional_count == words) {
        ctl_help(command);
        return CTL_GOOD;
    }
    bool found = false;
    for (command = ctl_commands; command->noun; command++) {
        if (strcmp(command->noun, ctl->positionals[0]) != 0)
            continue;
        if (ctl->positional_count == 2) {
            ctl_complain("there is no command \"%s %s\"; \"pathwayctl help %s\" shows what there is",
                         ctl->positionals[0], ctl->positionals[1], ctl->positionals[0]);
            return CTL_USAGE;
        }
        printf("%s", found ? "\n" : "");
        ctl_help(command);
        found = true;
    }
    if (!found)
        ctl_complain("there is no command \"%s\"; \"pathwayctl help\" lists them", ctl->positionals[0]);
    return found ? CTL_GOOD : CTL_USAGE;
}

int ctl_version(struct ctl *ctl)
{
    puts(ctl->json ? "{\"version\":\"" PATHWAYD_VERSION "\"}" : "pathwayctl " PATHWAYD_VERSION);
    return CTL_GOOD;
}
