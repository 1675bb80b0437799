/* SPDX-License-Identifier: Apache-2.0
 *
 * rows.c: the tables of the daemon's sections.
 */
#include <pathwayd/plugin.h>
#include "config/rows.h"

#define AT(kind, type, member) kind, offsetof(struct type, member)
#define TEXT(name, required, fallback, help)                                                                 \
    {                                                                                                        \
        name, PW_CONFIG_TEXT, required, fallback, 0, 0, NULL, help                                           \
    }
#define TEXTS(name, required, least, help)                                                                   \
    {                                                                                                        \
        name, PW_CONFIG_TEXTS, required, NULL, least, CONFIG_MAX_NAMES, NULL, help                           \
    }
#define PATH(name, help)                                                                                     \
    {                                                                                                        \
        name, PW_CONFIG_PATH, 0, NULL, 0, 0, NULL, help                                                      \
    }
#define NUMBER(name, fallback, least, most, help)                                                            \
    {                                                                                                        \
        name, PW_CONFIG_INTEGER, 0, fallback, least, most, NULL, help                                        \
    }
#define SWITCH(name, fallback, help)                                                                         \
    {                                                                                                        \
        name, PW_CONFIG_BOOLEAN, 0, fallback, 0, 0, NULL, help                                               \
    }
#define CHOICE(name, required, fallback, choices, help)                                                      \
    {                                                                                                        \
        name, PW_CONFIG_CHOICE, required, fallback, 0, 0, choices, help                                      \
    }
#define OBJECT(name, help)                                                                                   \
    {                                                                                                        \
        name, PW_CONFIG_OBJECT, 0, NULL, 0, 0, NULL, help                                                    \
    }
#define LIST(name, most, help)                                                                               \
    {                                                                                                        \
        name, CONFIG_LIST, 0, NULL, 0, most, NULL, help                                                      \
    }
#define USERS(name, help)                                                                                    \
    {                                                                                                        \
        name, CONFIG_USERS, 0, NULL, 0, CONFIG_MAX_NAMES, NULL, help                                         \
    }
#define USER(name, required, help)                                                                           \
    {                                                                                                        \
        name, CONFIG_USER, required, NULL, 0, 0, NULL, help                                                  \
    }
#define END                                                                                                  \
    {                                                                                                        \
        {0}, NOWHERE, 0                                                                                      \
    }

#define KIB 1024
#define MIB (1024 * KIB)

const struct row section_root_rows[] = {
    {PATH("state_dir", "folder of the journal"), AT(TO_STRING, config, state_dir)},
    {PATH("runtime_dir", "folder of the sockets"), AT(TO_STRING, config, runtime_dir)},
    {OBJECT("journal", "where events are kept"), NOWHERE, 0},
    {OBJECT("control", "the endpoint that pathwayctl talks to"), NOWHERE, 0},
    {PATH("plugin_dir", "folder of plugins that are given by name"), AT(TO_STRING, config, plugin_dir)},
    {PATH("host_program", "the program that runs one plugin"), AT(TO_STRING, config, host_program)},
    {OBJECT("ingest", "ceilings of what may come in"), NOWHERE, 0},
    {OBJECT("cases", "how cases are decided"), NOWHERE, 0},
    {OBJECT("packs", "how rule packs come into force"), NOWHERE, 0},
    {TEXT("type_prefix", 0, "\"org.pathwayd.\"", "what every event type begins with"),
     AT(TO_STRING, config, type_prefix)},
    {TEXTS("lab_units", 0, 0, "department codes that are labs"), AT(TO_STRINGS, config, lab_units)},
    {NUMBER("outage_limit_s", "300", 1, 86400, "seconds a plugin may be away before its events are reported"),
     AT(TO_U32, config, outage_limit_s)},
    {LIST("feeds", CONFIG_MAX_FEEDS, "who may send events"), NOWHERE, 0},
    {LIST("plugins", CONFIG_MAX_PLUGINS, "the plugin instances, in order"), NOWHERE, 0},
    {LIST("reviewers", CONFIG_MAX_REVIEWERS, "the people who look"), NOWHERE, 0},
    {LIST("people", CONFIG_MAX_PEOPLE, "the accounts that may use the control endpoint, and as what"),
     NOWHERE, 0},
    {LIST("units", CONFIG_MAX_UNITS, "departments, and whom to ask there"), NOWHERE, 0},
    {LIST("queues", CONFIG_MAX_QUEUES, "what reviewers share"), NOWHERE, 0},
    {LIST("routes", CONFIG_MAX_ROUTES, "which case is told to whom"), NOWHERE, 0},
    {OBJECT("notices", "when people are told"), NOWHERE, 0},
    {OBJECT("operators", "who hears of trouble with pathwayd itself"), NOWHERE, 0},
    {OBJECT("clock", "by when cases are to be decided"), NOWHERE, 0},
    {TEXT("page", 0, NULL, "https:// address of the reviewers' page, which notices lead to"),
     AT(TO_STRING, config, page)},
    {OBJECT("page_server", "how pathwayd-page serves it"), NOWHERE, 0},
    {LIST("lists", CONFIG_MAX_LISTS, "published lists that pathwayctl list update fetches"), NOWHERE, 0},
    {LIST("pathways", CONFIG_MAX_ROUTES, "event types that go to other pathways than usual"), NOWHERE, 0},
    END,
};

const struct row section_journal_rows[] = {
    {PATH("path", "the journal's file"), AT(TO_STRING, config, journal)},
    {NUMBER("min_free_bytes", "67108864", 1 * MIB, INT64_MAX,
            "free bytes on the disk below which feeds hear busy"),
     AT(TO_U64, config, min_free_bytes)},
    END,
};

const struct row section_control_rows[] = {
    {TEXT("listen", 0, NULL, "an ipc:// address"), AT(TO_URL, config, control)},
    {USERS("uids", "accounts that may use it beside root and the daemon's own"), NOWHERE, 0},
    END,
};

const struct row section_cases_rows[] = {
    {NUMBER("review_days", "365", 1, 1826,
            "days until a decision is looked at again, unless it says otherwise"),
     AT(TO_U32, config, review_days)},
    {SWITCH("referral", "false", "that a case was referred outside can be recorded, by two people"),
     AT(TO_BOOLEAN, config, referral)},
    {TEXT("questions_channel", 0, NULL, "the notify instance that carries questions to units, as e-mail"),
     AT(TO_STRING, config, questions_channel)},
    END,
};

const struct row section_packs_rows[] = {
    {SWITCH("two_people", "true", "a pack comes into force when a second person agrees"),
     AT(TO_BOOLEAN, config, packs_two_people)},
    END,
};

/* At least 64 KiB an event must be accepted (CloudEvents); the ceilings on the ceilings keep one message from
 * being a memory problem of its own. */
const struct row section_ingest_rows[] = {
    {NUMBER("budget_bytes", "25165824", 1 * MIB, 1024 * MIB, "bytes all feeds together may have in work"),
     AT(TO_U64, config, ingest_budget_bytes)},
    {NUMBER("max_event_bytes", "262144", 64 * KIB, 16 * MIB, "bytes of one event"),
     AT(TO_U32, config, limits.max_event_bytes)},
    {NUMBER("max_event_values", "16384", 1024, 1048576, "JSON values in one event"),
     AT(TO_U32, config, limits.max_event_values)},
    {NUMBER("max_batch_events", "1000", 1, 100000, "events in one batch"),
     AT(TO_U32, config, limits.max_batch_events)},
    {NUMBER("max_batch_bytes", "1048576", 64 * KIB, 32 * MIB, "bytes of one batch"),
     AT(TO_U32, config, limits.max_batch_bytes)},
    {NUMBER("max_depth", "32", 8, 64, "levels of nesting"), AT(TO_U32, config, limits.max_depth)},
    END,
};

const struct row section_feed_rows[] = {
    {TEXT("name", 1, NULL, "the feed's name in acknowledgements and status"),
     AT(TO_STRING, config_feed, name)},
    {TEXT("listen", 1, NULL, "ipc://PATH, tcp://HOST:PORT or tls+tcp://HOST:PORT"),
     AT(TO_URL, config_feed, listen)},
    {TEXTS("sources", 1, 1, "what the events' source may begin with"), AT(TO_STRINGS, config_feed, sources)},
    {TEXTS("types", 1, 1, "event types the feed may send, e.g. \"hr.appointment.*\""),
     AT(TO_STRINGS, config_feed, types)},
    {TEXTS("classifications", 0, 0, "values of dataclassification the feed may use"),
     AT(TO_STRINGS, config_feed, classifications)},
    {USERS("peer_uids", "ipc: accounts that may connect"), NOWHERE, 0},
    {TEXT("mode", 0, NULL, "ipc: permission bits of the socket, octal"), AT(TO_MODE, config_feed, mode)},
    {NUMBER("max_connections", "64", 1, 4096, "connections at one time"),
     AT(TO_U32, config_feed, max_connections)},
    {NUMBER("expected_within_h", NULL, 1, 8784,
            "hours within which an event is expected, or the feed counts as silent"),
     AT(TO_U32, config_feed, expected_within_h)},
    {SWITCH("strict", "false", "reject an event with a refused field instead of cutting it"),
     AT(TO_BOOLEAN, config_feed, strict)},
    {OBJECT("tls", "tls+tcp: certificate, key and the client CA"), NOWHERE, 0},
    {SWITCH("unauthenticated", "false", "tcp: anyone who reaches the port may send"), NOWHERE, 0},
    END,
};

const struct row section_tls_rows[] = {
    {{"cert", PW_CONFIG_PATH, 1, NULL, 0, 0, NULL, "PEM file of the server's certificate"},
     AT(TO_STRING, config_feed, tls_cert)},
    {{"key", PW_CONFIG_PATH, 1, NULL, 0, 0, NULL, "PEM file of its private key"},
     AT(TO_STRING, config_feed, tls_key)},
    {{"client_ca", PW_CONFIG_PATH, 1, NULL, 0, 0, NULL, "PEM file of the CA that signs this feed's clients"},
     AT(TO_STRING, config_feed, tls_client_ca)},
    END,
};

const struct row section_plugin_rows[] = {
    {TEXT("name", 1, NULL, "the instance's name"), AT(TO_STRING, config_plugin, name)},
    {TEXT("plugin", 1, NULL, "a plugin's name, or the path of its .so"), NOWHERE, 0},
    {CHOICE("stage", 1, NULL, "enrich|assess|notify", "what it does"), AT(TO_STAGE, config_plugin, stage)},
    {TEXTS("pathways", 0, 1, "assess: the pathways it is asked about"),
     AT(TO_STRINGS, config_plugin, pathways)},
    {OBJECT("config", "the plugin's own configuration"), NOWHERE, 0},
    {{"readable", PW_CONFIG_PATHS, 0, NULL, 0, CONFIG_MAX_NAMES, NULL,
      "further files and folders it may read"},
     AT(TO_STRINGS, config_plugin, readable)},
    {NUMBER("memory_mb", "512", 64, 65536, "MiB of address space"), AT(TO_U32, config_plugin, memory_mb)},
    {SWITCH("paced", "true",
            "notify: keeps people's hours, digests and silences; false: for programs, told of everything"),
     AT(TO_BOOLEAN, config_plugin, paced)},
    {NUMBER("deadline_ms", NULL, 10, 600000, "milliseconds for one event"),
     AT(TO_U32, config_plugin, deadline_ms)},
    END,
};

const struct row section_reviewer_rows[] = {
    {TEXT("name", 1, NULL, "the reviewer's name"), AT(TO_STRING, config_reviewer, name)},
    {OBJECT("addresses", "address by channel"), NOWHERE, 0},
    {OBJECT("pace", "when this person is told, where it differs from \"notices\""), NOWHERE, 0},
    {TEXTS("absent", 0, 0, "days away, each \"2026-12-21\" or \"2026-12-21/2027-01-03\""),
     AT(TO_STRINGS, config_reviewer, absent)},
    {TEXT("deputy", 0, NULL, "the reviewer who is told instead while this one is away"),
     AT(TO_STRING, config_reviewer, deputy)},
    END,
};

/* What is left out is the office's, and then what stands here. */
const struct row section_pace_rows[] = {
    {TEXT("zone", 0, NULL, "time zone, e.g. \"Europe/Berlin\""), AT(TO_STRING, config_pace, zone)},
    {TEXT("quiet", 0, NULL, "hours without notices, e.g. \"19:00-07:00\"; \"\" for none"),
     AT(TO_STRING, config_pace, quiet)},
    {TEXT("digest_at", 0, NULL, "hour of the digest, e.g. \"08:00\""), AT(TO_STRING, config_pace, digest_at)},
    {TEXTS("digest_days", 0, 1, "its days: mon, tue, wed, thu, fri, sat, sun"),
     AT(TO_STRINGS, config_pace, digest_days)},
    {NUMBER("daily_cap", NULL, 0, 10000, "notices a day, all channels; more go to the digest; 0: no limit"),
     AT(TO_U32, config_pace, daily_cap)},
    END,
};

const struct row section_notices_rows[] = {
    {NUMBER("wait_s", "30", 0, 3600, "seconds without a change of the case before it is told"),
     AT(TO_U32, config, wait_s)},
    {NUMBER("wait_most_s", "300", 0, 86400, "and so many at most, however often it changes"),
     AT(TO_U32, config, wait_most_s)},
    {{"reminder_days", CONFIG_DAYS, 0, NULL, 0, 32, NULL,
      "days until an open case that nobody touches is told again, one reminder each"},
     AT(TO_DAYS, config, reminder_days)},
    {OBJECT("pace", "hours, digests and caps of everybody who has none of their own"), NOWHERE, 0},
    END,
};

const struct row section_operators_rows[] = {
    {TEXTS("reviewers", 0, 0, "who is told"), AT(TO_STRINGS, config, operator_reviewers)},
    {TEXTS("channels", 1, 1, "by which notify instances"), AT(TO_STRINGS, config, operator_channels)},
    END,
};

const struct row section_page_rows[] = {
    {USER("account", 1, "what pathwayd-page runs under: it alone may ask for those who signed in there"),
     NOWHERE, 0},
    {TEXT("listen", 0, "\"127.0.0.1:7443\"", "ADDRESS:PORT of this machine itself, or unix:FILE"),
     AT(TO_STRING, config_page, listen)},
    {CHOICE("sign_in", 0, "\"accounts\"", "accounts|proxy",
            "by pathwayd-page's own accounts, or by a proxy that says who it is"),
     AT(TO_STRING, config_page, sign_in)},
    {TEXT("accounts", 0, "\"/var/lib/pathwayd-page/accounts.json\"", "file of the page's own accounts"),
     NOWHERE, 0},
    {SWITCH("second_factor", "true", "an account of the page takes a code beside the password"),
     AT(TO_BOOLEAN, config_page, second_factor)},
    {USER("proxy", 0, "the account of the proxy, which alone may connect"), NOWHERE, 0},
    {TEXT("header", 0, "\"X-Remote-User\"", "the header by which the proxy says who it is"),
     AT(TO_STRING, config_page, header)},
    END,
};

/* Business days by level; 0: no clock. */
const struct row section_clock_rows[] = {
    {NUMBER("suggested_days", "0", 0, 3660, "business days to decide a case at suggested"),
     AT(TO_U32, config, decide_days[PW_LEVEL_SUGGESTED])},
    {NUMBER("recommended_days", "10", 0, 3660, "at recommended"),
     AT(TO_U32, config, decide_days[PW_LEVEL_RECOMMENDED])},
    {NUMBER("required_days", "5", 0, 3660, "at required"),
     AT(TO_U32, config, decide_days[PW_LEVEL_REQUIRED])},
    {NUMBER("prohibited_days", "3", 0, 3660, "at prohibited"),
     AT(TO_U32, config, decide_days[PW_LEVEL_PROHIBITED])},
    {NUMBER("asking_days", "10", 0, 3660, "of a case that needs information"),
     AT(TO_U32, config, asking_days)},
    {TEXT("day_ends", 0, "\"17:00\"", "when a business day is over, in the office's time zone"),
     AT(TO_STRING, config, day_ends)},
    {TEXTS("weekend", 0, 0, "days that are none; sat and sun when left out"),
     AT(TO_STRINGS, config, weekend)},
    {PATH("holidays", "a JSON file: {\"2026-12-25\": \"Christmas Day\", …}"),
     AT(TO_STRING, config, holidays_file)},
    END,
};

const struct row section_queue_rows[] = {
    {TEXT("name", 1, NULL, "the queue's name"), AT(TO_STRING, config_queue, name)},
    {TEXTS("reviewers", 1, 1, "who works on it"), AT(TO_STRINGS, config_queue, reviewers)},
    {TEXTS("channels", 1, 1, "by which notify instances they are told"),
     AT(TO_STRINGS, config_queue, channels)},
    {TEXT("lead", 0, NULL, "the reviewer who hears of what is not decided in time"),
     AT(TO_STRING, config_queue, lead)},
    END,
};

const struct row section_person_rows[] = {
    {USER("account", 0, "the account's name or number"), NOWHERE, 0},
    {TEXT("sign_in", 0, NULL, "the name under which they sign in at the reviewers' page"),
     AT(TO_STRING, config_person, sign_in)},
    {TEXT("reviewer", 0, NULL, "whom of the reviewers it is"), AT(TO_STRING, config_person, reviewer)},
    {TEXTS("roles", 1, 1, "reviewer, lead, auditor, administrator"), NOWHERE, 0},
    {TEXTS("queues", 0, 1, "queues whose cases they see; left out: those that name the reviewer, or all"),
     AT(TO_STRINGS, config_person, queues)},
    END,
};

const struct row section_unit_rows[] = {
    {TEXT("code", 1, NULL, "the unit's code in events"), AT(TO_STRING, config_unit, code)},
    {TEXT("contact", 0, NULL, "the e-mail address of whoever answers questions there"),
     AT(TO_STRING, config_unit, contact)},
    {TEXT("name", 0, NULL, "the unit's name, for people"), AT(TO_STRING, config_unit, name)},
    {SWITCH("lab", "false", "it is a lab, as one of lab_units"), AT(TO_BOOLEAN, config_unit, lab)},
    END,
};

const struct row section_route_rows[] = {
    {TEXTS("pathways", 0, 1, "pathways this route is for; all when left out"),
     AT(TO_STRINGS, config_route, pathways)},
    {CHOICE("min_level", 0, "\"recommended\"", "none|note|suggested|recommended|required|prohibited",
            "cases at this level or above"),
     AT(TO_LEVEL, config_route, min_level)},
    {SWITCH("asking", "false", "also cases that need information"), AT(TO_BOOLEAN, config_route, asking)},
    {TEXTS("units", 0, 1, "units of the university this route is for; all when left out"),
     AT(TO_STRINGS, config_route, units)},
    {TEXTS("regimes", 0, 1, "regimes whose findings it looks at; all when left out"),
     AT(TO_STRINGS, config_route, regimes)},
    {TEXT("queue", 0, NULL, "the queue that the case goes to"), AT(TO_STRING, config_route, queue)},
    {TEXTS("reviewers", 0, 0, "who is told beside the queue"), AT(TO_STRINGS, config_route, reviewers)},
    {TEXTS("channels", 0, 1, "by which notify instances"), AT(TO_STRINGS, config_route, channels)},
    END,
};

const struct row section_list_rows[] = {
    {TEXT("name", 1, NULL, "the source's name in evidence"), AT(TO_STRING, config_list, name)},
    {CHOICE("format", 1, NULL, "csl-csv|bis-dpl|aspi-misp|dod-1286|ror|simple",
            "how the publisher writes it"),
     AT(TO_STRING, config_list, format)},
    {TEXT("url", 1, NULL, "where it is: https:// or file://"), AT(TO_STRING, config_list, url)},
    {PATH("ca_file", "PEM file of the CAs to believe in place of the system's"),
     AT(TO_STRING, config_list, ca_file)},
    {PATH("signed_by", "PEM file of the key that signs it: an advisory, which informs only"),
     AT(TO_STRING, config_list, signed_by)},
    {TEXT("keeper", 0, NULL, "the reviewer who hears when it is too old"),
     AT(TO_STRING, config_list, keeper)},
    {NUMBER("max_age_days", "30", 1, 36500, "days after which pathwayctl list status calls it stale"),
     AT(TO_U32, config_list, max_age_days)},
    END,
};

const struct row section_pathway_rows[] = {
    {TEXT("type", 1, NULL, "an event type or pattern, e.g. \"hr.appointment.*\""),
     AT(TO_STRING, config_pathway_route, pattern)},
    {TEXTS("pathways", 1, 0, "where it goes; [] for nowhere"),
     AT(TO_STRINGS, config_pathway_route, pathways)},
    END,
};
