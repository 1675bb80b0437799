/* SPDX-License-Identifier: Apache-2.0
 *
 * config.h: the daemon's configuration, read once, immutable, passed around by pointer.
 *
 * Format: JSON with comments; the files of folder `conf.d` beside it that end in .conf are merged over it in name
 * order (objects by key, arrays of named things by their "name", everything else replaced). Every error names
 * file, line, column and what would be right. The daemon's own sections are declared in the same kind of table
 * (struct pw_config_field) that plugins use, and checked by the same code.
 */
#ifndef PATHWAYD_CONFIG_CONFIG_H
#define PATHWAYD_CONFIG_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>
#include <pathwayd/config.h>
#include "config/role.h"
#include "event/event.h"
#include "json/json.h"

struct config_feed {
    char *name;
    char *listen; /* ipc:///path, tcp://host:port, tls+tcp://host:port */
    char **sources, **types,
        **classifications; /* NULL-terminated; see struct event_permit. No classifications: NULL,
                                                   and then no event with a dataclassification is taken */
    uid_t *peer_uids;      /* ipc: who may connect; empty: the daemon's own uid and root */
    uint32_t peer_uid_count;
    uint32_t mode; /* ipc: permission bits, default 0666 with peer_uids (the uid decides), else 0660 */
    uint32_t max_connections; /* default 64 */
    uint32_t
        expected_within_h; /* hours within which something is accepted, else it is silent; 0: never expected */
    bool strict;
    char *tls_cert, *tls_key, *tls_client_ca; /* tls+tcp: PEM files; the client CA is the feed's identity */
};

struct config_plugin {
    char *name;           /* instance */
    char *file;           /* absolute path of the .so */
    char **pathways;      /* NULL-terminated narrowing; NULL: what the plugin declares */
    uint32_t stage;       /* PW_STAGE_*, as configured: "enrich", "assess", "notify" */
    char *config;         /* JSON text of the instance's "config" object, comments blanked, or "{}" */
    char *config_file;    /* where it stands … */
    uint32_t config_line; /* … for error messages */
    char **readable;      /* further folders and files the plugin may read; NULL-terminated */
    uint32_t memory_mb;   /* address-space limit of the host, default 512 */
    bool
        paced; /* notify: keeps people's hours, digests and silences (cases/pace.h); false: a program's channel */
    uint32_t deadline_ms; /* per request, default 5,000 (notify: 60,000) */
};

/* When somebody is told. Of what is NULL, or has no number, the office's goes (struct config.pace), in which all is set. */
struct config_pace {
    char *zone;         /* a time zone, "Europe/Berlin" */
    char *quiet;        /* "19:00-07:00"; "": none */
    char *digest_at;    /* "08:00" */
    char **digest_days; /* "mon" … */
    uint32_t daily_cap; /* CONFIG_CAP_UNSAID: the office's; 0: no limit */
};
#define CONFIG_CAP_UNSAID UINT32_MAX

struct config_reviewer {
    char *name;
    char **channels, **addresses; /* parallel, NULL-terminated: channel instance → address there */
    struct config_pace pace;
    char **absent; /* "2026-12-21" or "2026-12-21/2027-01-03", both days away; NULL: never */
    char *deputy;  /* NULL: nobody */
};

struct config_queue {
    char *name;
    char **reviewers, **channels;
    char *lead; /* NULL: nobody */
};

struct config_route {
    char **pathways;    /* NULL: all */
    uint32_t min_level; /* PW_LEVEL_*; routes cases at this level or above */
    bool asking;        /* also cases that need information below that level */
    char **units;       /* NULL: all */
    char **regimes;     /* NULL: all */
    char *queue;        /* NULL: none */
    char **reviewers;   /* may be empty: broadcast channels */
    char **channels;    /* notify instances */
};

struct config_person { /* who may use the control endpoint, and as what */
    char *account;     /* as the configuration has it, "uid 1000" for a number; NULL: they only sign in */
    uid_t uid;         /* of the account; (uid_t)-1 without one */
    char *sign_in;     /* their name at the reviewers' page; NULL: they cannot sign in there */
    char *reviewer;    /* whom of the reviewers it is; NULL: none */
    uint32_t roles;    /* ROLE_* */
    char **queues;     /* whose cases they see and act on, beside those in none; NULL: all */
};

struct config_page { /* the reviewers' page, see pathwayd-page(8) */
    bool served;     /* else nothing of this is set */
    uid_t account;   /* whose process may ask the control endpoint for those who signed in */
    char *listen;    /* "127.0.0.1:7443", "[::1]:7443" or "unix:/run/pathwayd-page/page.sock" */
    char *sign_in;   /* "accounts" or "proxy" */
    char *accounts;  /* file */
    bool second_factor;
    uid_t proxy;  /* who alone may connect to the socket; (uid_t)-1: whoever can */
    char *header; /* in which a proxy says who signed in */
};

struct config_unit { /* a department, and whom to ask there */
    char *code;      /* as in the events' /data/unit */
    char *contact;   /* an e-mail address; NULL: nobody */
    char *name;      /* for people; NULL: the code */
    bool lab;        /* as if it were among lab_units */
};

struct config_pathway_route { /* override of the built-in table: event name pattern → pathways */
    char *pattern;
    char **pathways;
};

struct config_list { /* a published list, for pathwayctl list update */
    char *name;      /* of the source, in evidence: a-z, 0-9, - */
    char *format;    /* csl-csv, bis-dpl, aspi-misp, dod-1286, ror or simple */
    char *url;       /* https:// or file:// */
    char *ca_file;   /* PEM: whom to believe in place of the system's CAs; NULL: those */
    char *signed_by; /* PEM: it is an advisory, signed by this key (ctl/advisory.h); NULL: it is none */
    char *keeper;    /* the reviewer who hears when it is too old; NULL: the operators alone */
    uint32_t max_age_days;
};

struct config {
    char *file;        /* the main file, absolute */
    char *base;        /* its folder: relative paths start here */
    char *state_dir;   /* the journal; created 0750 */
    char *runtime_dir; /* where relative ipc:// addresses are; not created */
    char *journal;     /* default <state_dir>/journal.db */
    char *control;     /* ipc URL of the control endpoint, default ipc://<runtime_dir>/control.sock */
    uid_t *control_uids;
    char **control_names;       /* parallel: as the configuration has them, "uid 1000" for a number */
    uint32_t control_uid_count; /* the daemon's own uid and root are always allowed */
    char *plugin_dir, *host_program;
    uint64_t min_free_bytes;
    uint64_t ingest_budget_bytes; /* default 24 MiB */
    uint32_t outage_limit_s;      /* default 300 */
    bool packs_two_people;        /* before a pack comes into force; default true */
    char *packs_configured;       /* what the policies' setting "packs" names; NULL: no policy has one */
    uint64_t packs_generation;    /* that is read instead; 0: what is configured */
    bool packs_hidden;            /* this account may not see whether there is one */
    uint32_t review_days;         /* until a decision is looked at again; default 365 */
    bool referral;                /* referring a case outside can be recorded (R28); default false */
    char *questions_channel; /* the notify instance that questions to units go through; NULL: there is none */
    uint32_t wait_s, wait_most_s; /* before a change of a case is told: default 30 and 300 */
    uint32_t *reminder_days;      /* ends with 0; default 2, 5, 12, 26 */
    struct config_pace pace;      /* everybody's, complete */
    uint32_t decide_days[6];      /* business days by PW_LEVEL_*; 0: no clock */
    uint32_t asking_days;
    char *day_ends;      /* "17:00" */
    char **weekend;      /* "sat", "sun" */
    char *holidays_file; /* NULL: none */
    int32_t *holidays;   /* days since 1970-01-01, rising */
    uint32_t holiday_count;
    char *page; /* https:// address of the reviewers' page; NULL: there is none */
    struct config_page page_server;
    char *type_prefix;
    struct event_limits limits;
    char **lab_units;
    struct config_feed *feeds;
    uint32_t feed_count;
    struct config_plugin *plugins; /* in order; enrichers emit facts in this order */
    uint32_t plugin_count;
    struct config_reviewer *reviewers;
    uint32_t reviewer_count;
    struct config_person *people; /* none: every account at the control endpoint may do everything */
    uint32_t person_count;
    struct config_unit *units;
    uint32_t unit_count;
    struct config_queue *queues;
    uint32_t queue_count;
    struct config_route *routes;
    uint32_t route_count;
    char **operator_reviewers,
        **operator_channels; /* who looks after pathwayd itself, and how they are told; NULL: nobody */
    struct config_pathway_route *pathways;
    uint32_t pathway_count;
    struct config_list *lists;
    uint32_t list_count;
};

/* Where things are when nothing is said; found from the program's own place: build/bin (runs from the tree) or
 * <prefix>/bin. Fill once in main. */
struct config_places {
    char *config_file, *plugin_dir, *host_program, *state_dir, *list_dir;
    char *runtime_dir; /* of the sockets while the state is in state_dir; NULL: there as well */
};
int config_places_find(struct config_places *ret_places, char **ret_error);
void config_places_release(struct config_places *places);

/* Reads and checks everything that needs no plugin. On failure *ret_errors is a malloc'd text, one error a line,
 * "file:line:column: sentence". */
int config_load(const char *file, const struct config_places *places, struct config **ret_config,
                char **ret_errors);
void config_free(struct config *config); /* NULL is fine */

/* The generation of packs that <state_dir>/packs/current leads to (packs/generation.h), 0: none. *ret_hidden, unless NULL:
 * this account may not see whether there is one. */
uint64_t config_packs_current(const char *state_dir, bool *ret_hidden);

/* Checks an object against a table and writes it out with defaults filled in, paths absolute and secrets read
 * (used by the plugin host). `bytes` is the object's text as it stands at `line` of `file`. On failure errors as
 * above, with the nearest known key. */
int config_check_table(struct pw_text bytes, const char *file, uint32_t line, const char *base,
                       const struct pw_config_field *table, uint32_t field_size, char **ret_json,
                       char **ret_errors);

#endif
