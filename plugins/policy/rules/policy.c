/* SPDX-License-Identifier: Apache-2.0
 *
 * policy.c: an instance's life, and the judging of one event: every rule that applies, its first outcome that
 * is yes, cut to what the policy can say, and at the end what would rest on weak matches alone.
 */
#include "rules/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rules/deadline.h"
#include "rules/explanation.h"
#include "rules/ground.h"
#include "rules/selection.h"

#define CONTENT_SIZE 48u /* of an entry: its category and its effect */
#define EVIDENCE_MAX 32u /* a finding that cites more has made its point */
#define REQUEST_MAX  16u
#define TEXT_SIZE    8192u /* explanation and questions of one finding */

struct instance {
    const struct pw_host *host;
    const struct policy *policy;
    struct rates rates;
    struct pack **packs; /* those that say something of the pathway: active ones, then those on trial */
    uint32_t pack_count;
    const struct pack *pack; /* the one that is speaking */
    struct pw_earlier earlier;
    struct assessment assessment;
    struct ground ground;
    struct pw_evidence evidence[EVIDENCE_MAX];
    struct pw_text contents[EVIDENCE_MAX];
    char content[EVIDENCE_MAX][CONTENT_SIZE];
    struct pw_unknown unknowns[REQUEST_MAX];
    char text[TEXT_SIZE];
};

static int32_t explain(const struct instance *instance, int32_t status, const char *sentence)
{
    instance->host->explain(instance->host, (struct pw_text){sentence, strlen(sentence)});
    return status;
}

int32_t policy_create(const struct pw_host *host, const struct policy *policy, void **ret_instance)
{
    struct instance *instance = calloc(1, sizeof *instance);
    if (!instance)
        return PW_ERROR_MEMORY;
    instance->host = host;
    instance->policy = policy;
    instance->assessment.documents = host->documents;
    *ret_instance = instance;
    return PW_OK;
}

int32_t policy_start(void *handle, const struct pw_document *config)
{
    struct instance *instance = handle;
    const struct pw_document_api *api = instance->host->documents;
    char error[PACK_ERROR_SIZE] = "the packs cannot be read";
    struct selection selection = {.host = instance->host,
                                  .policy = instance->policy,
                                  .seven_sons = SWITCH_EXTRA_SCRUTINY,
                                  .error = error};
    if (text_same(api->text(config, api->find(config, PW_NODE_ROOT, PW_TEXT("/seven_sons"))), "ban"))
        selection.seven_sons = SWITCH_BAN;
    int32_t status = rates_read(&instance->rates, instance->host, config, error);
    instance->assessment.rates = &instance->rates;
    if (status == PW_OK)
        status = selection_read(&selection, config);
    instance->packs = selection.packs;
    instance->pack_count = selection.count;
    instance->earlier.struct_size = sizeof instance->earlier;
    for (uint32_t i = 0; i < selection.count; i++)
        instance->earlier.wants |= (selection.packs[i]->earlier_count ? PW_EARLIER_ENGAGEMENT : 0) |
                                   (selection.packs[i]->funding_count ? PW_EARLIER_FUNDING : 0);
    return status < 0 ? explain(instance, status, error) : PW_OK;
}

const void *policy_extension(void *handle, const char *name)
{
    const struct instance *instance = handle;
    return strcmp(name, PW_EXTENSION_EARLIER) == 0 ? &instance->earlier : NULL;
}

void policy_stop(void *instance)
{
    (void)instance;
}

void policy_destroy(void *handle)
{
    struct instance *instance = handle;
    if (!instance)
        return;
    for (uint32_t i = 0; i < instance->pack_count; i++)
        pack_free(instance->packs[i]);
    free(instance->packs);
    rates_release(&instance->rates);
    free(instance);
}

/* The outcome that counts in the present reading; after one, the next of a rule that says every one. NULL when
 * the rule says nothing (more). */
static const struct outcome *outcome_of(struct assessment *assessment, const struct rule *rule,
                                        const struct outcome *after)
{
    const struct pack *pack = assessment->pack;
    uint32_t i = 0;
    if (after && !rule->every)
        return NULL;
    if (after)
        i = (uint32_t)(after - pack->outcomes) - rule->outcomes.first + 1;
    enum truth when = assessment_value(assessment, rule->when);
    if (!after && when == TRUTH_UNKNOWN && rule->when_unknown != PACK_NONE &&
        assessment_value(assessment, pack->outcomes[rule->when_unknown].when) == TRUTH_YES)
        return &pack->outcomes[rule->when_unknown];
    if (when != TRUTH_YES)
        return NULL;
    for (; i < rule->outcomes.count; i++) {
        const struct outcome *outcome = &pack->outcomes[rule->outcomes.first + i];
        if (assessment_value(assessment, outcome->when) == TRUTH_YES)
            return outcome;
    }
    return NULL;
}

bool verdict_has_match(const struct assessment *assessment, const struct verdict *verdict)
{
    for (uint32_t i = 0; verdict->matched && i < assessment->match_count; i++)
        if (verdict->matched[i / 64] >> (i % 64) & 1)
            return true;
    return false;
}

bool verdict_rests_on(const struct assessment *assessment, const struct verdict *verdict, const char *effect,
                      const char *or_effect)
{
    uint32_t count = 0;
    for (uint32_t i = 0; verdict->matched && i < assessment->match_count; i++) {
        if (!(verdict->matched[i / 64] >> (i % 64) & 1))
            continue;
        struct pw_text own = assessment->matches[i].effect;
        if (!text_same(own, effect) && !(or_effect && text_same(own, or_effect)))
            return false;
        count++;
    }
    return count > 0;
}

bool verdict_keep_effect(const struct assessment *assessment, struct verdict *verdict, const char *effect)
{
    bool any = false;
    for (uint32_t i = 0; verdict->matched && i < assessment->match_count; i++) {
        if (text_same(assessment->matches[i].effect, effect))
            any |= verdict->matched[i / 64] >> (i % 64) & 1;
        else
            verdict->matched[i / 64] &= ~(UINT64_C(1) << (i % 64));
    }
    return any;
}

/* The limits that hold for every policy, then the policy's own: none of them can be lifted by a pack. */
static void cut(const struct policy *policy, const struct assessment *assessment, struct verdict *verdict)
{
    if (verdict->level >= PW_LEVEL_REQUIRED && !(verdict->grounds & policy->hold_grounds))
        verdict->level = PW_LEVEL_RECOMMENDED;
    if (policy->limit)
        policy->limit(assessment, verdict);
    if ((verdict->asks || verdict->rule->kind == PW_KIND_DUTY) && verdict->level > PW_LEVEL_SUGGESTED)
        verdict->level = PW_LEVEL_SUGGESTED;
    if (verdict->level > policy->max_level)
        verdict->level = policy->max_level;
    if (verdict->asks && !policy->may_ask)
        verdict->level = PW_LEVEL_NONE;
}

static struct verdict judge(struct instance *instance, const struct rule *rule, const struct outcome *outcome)
{
    struct verdict verdict = {.rule = rule};
    if (!outcome)
        return verdict;
    ground_begin(&instance->ground, &instance->assessment);
    ground_add(&instance->ground, rule->when);
    ground_add(&instance->ground, outcome->when);
    verdict.level = outcome->level;
    verdict.asks = outcome->asks;
    verdict.grounds = instance->ground.grounds;
    verdict.matched = instance->ground.matched;
    cut(instance->policy, &instance->assessment, &verdict);
    return verdict;
}

static void widen_to_partner(struct instance *instance)
{
    const struct assessment *assessment = &instance->assessment;
    for (uint32_t i = 0; i < assessment->match_count; i++) {
        if (!ground_has(&instance->ground, i))
            continue;
        for (uint32_t k = 0; k < assessment->match_count; k++)
            if (assessment->matches[k].partner == assessment->matches[i].partner &&
                !assessment->matches[k].weak)
                ground_set(&instance->ground, k, true);
    }
}

/* "military, needs_licence" */
static struct pw_text content_of(const struct match *match, char content[CONTENT_SIZE])
{
    struct buffer_piece piece = {content, 0, CONTENT_SIZE};
    struct pw_text comma =
        match->category.length && match->effect.length ? PW_TEXT(", ") : (struct pw_text){0};
    explanation_add(&piece, match->category);
    explanation_add(&piece, comma);
    explanation_add(&piece, match->effect);
    return (struct pw_text){content, piece.length};
}

static uint32_t list_evidence(struct instance *instance, const struct match **ret_first, uint32_t *ret_count)
{
    uint32_t count = 0, all = 0;
    *ret_first = NULL;
    for (uint32_t i = 0; i < instance->assessment.match_count; i++) {
        const struct match *match = &instance->assessment.matches[i];
        if (!ground_has(&instance->ground, i))
            continue;
        if (!*ret_first || i == instance->ground.lead)
            *ret_first = match;
        all++;
        if (count == EVIDENCE_MAX)
            continue;
        instance->contents[count] = content_of(match, instance->content[count]);
        instance->evidence[count++] =
            (struct pw_evidence){match->source,   match->list,  match->entry, match->entry_name,
                                 match->snapshot, match->basis, match->text,  match->pointer};
    }
    *ret_count = all;
    return count;
}

static uint32_t add_requests(struct instance *instance, const struct outcome *outcome,
                             const struct told *told, struct buffer_piece *text, uint32_t count)
{
    for (uint32_t i = 0; i < outcome->requests.count && count < REQUEST_MAX; i++) {
        const struct request *request = &instance->pack->requests[outcome->requests.first + i];
        if (assessment_value(&instance->assessment, request->when) != TRUTH_YES)
            continue;
        struct pw_text what = explanation_fill(&instance->assessment, request->what, told, text);
        instance->unknowns[count++] = (struct pw_unknown){what, request->who};
    }
    return count;
}

/* Whether an earlier match of the finding, or `first`, is about the same partner. */
static bool asked_before(const struct instance *instance, uint32_t index, const struct match *first)
{
    const struct match *matches = instance->assessment.matches;
    if (assessment_same_partner(&matches[index], first))
        return true;
    for (uint32_t i = 0; i < index; i++)
        if (ground_has(&instance->ground, i) && assessment_same_partner(&matches[i], &matches[index]))
            return true;
    return false;
}

/* Who verifies asks about every partner that is in doubt, the strongest doubt first. */
static uint32_t list_requests(struct instance *instance, const struct rule *rule,
                              const struct outcome *outcome, const struct told *told,
                              struct buffer_piece *text)
{
    uint32_t count = add_requests(instance, outcome, told, text, 0);
    if (rule->kind != PW_KIND_VERIFY || !told->evidence)
        return count;
    for (uint32_t i = 0; i < instance->assessment.match_count; i++) {
        const struct told other = {.evidence = &instance->assessment.matches[i]};
        if (ground_has(&instance->ground, i) && !asked_before(instance, i, told->evidence))
            count = add_requests(instance, outcome, &other, text, count);
    }
    return count;
}

/* What a reader must know of the evidence beside the rule's own words (R09: stale lists show in every result). */
static struct pw_text explain_finding(struct instance *instance, const struct outcome *outcome,
                                      const struct told *told, struct buffer_piece *text)
{
    const struct assessment *assessment = &instance->assessment;
    const struct match *first = told->evidence;
    struct pw_text words = explanation_fill(assessment, outcome->explanation, told, text);
    for (uint32_t i = 0; i < assessment->match_count; i++)
        if (ground_has(&instance->ground, i) && assessment->matches[i].stale) {
            struct pw_text list = assessment->matches[i].source;
            explanation_add(text, PW_TEXT(" The snapshot of list "));
            explanation_add(text, explanation_cut(list, EXPLANATION_VALUE_SIZE));
            explanation_add(text, PW_TEXT(" is older than this office allows: check the newest one."));
            break;
        }
    if (instance->ground.converted) {
        explanation_add(text, PW_TEXT(" Amounts in other currencies are counted at the rates of "));
        explanation_add(text, explanation_cut(instance->rates.source, EXPLANATION_VALUE_SIZE));
        explanation_add(text, PW_TEXT(" as of "));
        explanation_add(text, instance->rates.as_of);
        explanation_add(text, PW_TEXT("."));
    }
    if (first && first->note.length) {
        explanation_add(text, PW_TEXT(" "));
        explanation_add(text, first->note);
    }
    words.length = (size_t)(text->data + text->length - words.data);
    return words;
}

static int32_t emit(struct instance *instance, const struct verdict *verdict, const struct outcome *outcome)
{
    const struct rule *rule = verdict->rule;
    const struct pack *pack = instance->pack;
    struct buffer_piece text = {instance->text, 0, sizeof instance->text};
    struct told told = {.gifts = instance->ground.gifts,
                        .total = {instance->ground.total, instance->ground.total_length}};
    char due[DATE_SIZE];
    uint32_t all;
    if (rule->whole_partner)
        widen_to_partner(instance);
    uint32_t evidence = list_evidence(instance, &told.evidence, &all);
    told.others = all > 1 ? all - 1 : 0;
    told.due = deadline_text(pack, &outcome->due, instance->assessment.day, due);
    struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = rule->kind,
        .level = verdict->level,
        .needs_information = verdict->asks,
        .rule = rule->id,
        .regime = pack->regime,
        .label = outcome->label,
        .explanation = explain_finding(instance, outcome, &told, &text),
        .answerable_by = outcome->answerable_by,
        .trace = ground_trace(&instance->ground),
        .requirements = pack->words + rule->requirements.first,
        .evidence = instance->evidence,
        .contents = instance->contents,
        .unknowns = instance->unknowns,
        .costs = pack->words + rule->costs.first,
        .benefits = pack->words + rule->benefits.first,
        .mitigations = pack->words + rule->mitigations.first,
        .requirement_count = rule->requirements.count,
        .evidence_count = evidence,
        .unknown_count = list_requests(instance, rule, outcome, &told, &text),
        .cost_count = rule->costs.count,
        .benefit_count = rule->benefits.count,
        .mitigation_count = rule->mitigations.count,
        .version = {rule->version, strlen(rule->version)},
        .due = told.due,
        .shadow = pack->shadow,
    };
    return instance->host->emit_finding(instance->host, &finding);
}

struct weak {
    bool found;
    uint64_t matched[ASSESSMENT_MAX_MATCHES / 64];
};

/* Whether the conclusion at hand cites the same partner by a strong match as well. */
static bool is_certain_anyway(const struct instance *instance, const struct match *weak)
{
    const struct match *matches = instance->assessment.matches;
    for (uint32_t i = 0; i < instance->assessment.match_count; i++)
        if (ground_has(&instance->ground, i) && !matches[i].weak &&
            assessment_same_partner(&matches[i], weak))
            return true;
    return false;
}

/* What a rule would say only if weak matches were true, or would say of further partners: these matches are
 * collected, the rule itself is not heard (R09). */
static void collect_weak(struct instance *instance, const struct rule *rule, uint32_t strong_level,
                         struct weak *weak)
{
    struct assessment *assessment = &instance->assessment;
    const struct outcome *outcome = NULL;
    assessment->with_weak = true;
    while ((outcome = outcome_of(assessment, rule, outcome))) {
        struct verdict verdict = judge(instance, rule, outcome);
        if (verdict.level == PW_LEVEL_NONE || verdict.asks)
            continue;
        for (uint32_t i = 0; i < assessment->match_count; i++) {
            const struct match *match = &assessment->matches[i];
            if (!ground_has(&instance->ground, i) || !match->weak ||
                (verdict.level <= strong_level && is_certain_anyway(instance, match)))
                continue;
            weak->found = true;
            weak->matched[i / 64] |= UINT64_C(1) << (i % 64);
        }
    }
    assessment->with_weak = false;
}

static int32_t judge_rule(struct instance *instance, const struct rule *rule, struct weak *weak)
{
    struct assessment *assessment = &instance->assessment;
    const struct outcome *outcome = NULL;
    uint32_t strong_level = PW_LEVEL_NONE;
    while ((outcome = outcome_of(assessment, rule, outcome))) {
        struct verdict verdict = judge(instance, rule, outcome);
        int32_t status = verdict.level > PW_LEVEL_NONE ? emit(instance, &verdict, outcome) : PW_OK;
        if (status < 0)
            return status;
        if (!verdict.asks && verdict.level > strong_level)
            strong_level = verdict.level;
    }
    if (assessment->weak_count > 0 && instance->pack->verify != PACK_NONE)
        collect_weak(instance, rule, strong_level, weak);
    return PW_OK;
}

/* What would weigh more if it were true: what the list forbids, then how close the tie is. */
static uint32_t weight_of(const struct match *match)
{
    static const char *const words[] = {"civilian",   "defence_industry", "security",       "military",
                                        "seven_sons", "needs_licence",    "forbids_dealing"};
    uint32_t weight = 0;
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_same(match->effect, words[i]) || text_same(match->category, words[i]))
            weight |= 1u << i;
    return weight;
}

static int32_t verify(struct instance *instance, const struct weak *weak)
{
    const struct match *matches = instance->assessment.matches;
    struct ground *ground = &instance->ground;
    const struct rule *rule = &instance->pack->rules[instance->pack->verify];
    const struct outcome *outcome = outcome_of(&instance->assessment, rule, NULL);
    struct verdict verdict = {.rule = rule, .level = outcome ? outcome->level : PW_LEVEL_NONE, .asks = true};
    cut(instance->policy, &instance->assessment, &verdict);
    if (!outcome || verdict.level == PW_LEVEL_NONE)
        return PW_OK;
    ground_begin(ground, &instance->assessment);
    for (uint32_t i = 0; i < instance->assessment.match_count; i++) {
        if (!(weak->matched[i / 64] >> (i % 64) & 1))
            continue;
        ground_set(ground, i, true);
        ground_note(ground, matches[i].machine ? "machine" : "weak", matches[i].basis, "unknown");
        if (ground->lead == PACK_NONE || weight_of(&matches[i]) > weight_of(&matches[ground->lead]))
            ground->lead = i;
    }
    return emit(instance, &verdict, outcome);
}

/* Nothing is passed over in silence: not an event that no pack's validity covers, nor one on a pathway that no pack has
 * rules for (`pack` NULL), or has any more. */
static int32_t say_unjudged(struct instance *instance, const struct pack *pack)
{
    static const struct pw_text requirement[] = {{"R09", 3}};
    struct buffer_piece text = {instance->text, 0, sizeof instance->text};
    struct pw_finding finding = {
        .struct_size = sizeof finding,
        .kind = PW_KIND_SYSTEM,
        .level = PW_LEVEL_NOTE,
        .rule = PW_TEXT("system.no_pack_in_force"),
        .regime = pack ? pack->regime : PW_TEXT("pathwayd"),
        .answerable_by = PW_TEXT("compliance team"),
        .requirements = requirement,
        .requirement_count = 1,
    };
    explanation_add(&text, pack ? PW_TEXT("The rules of pack ")
                                : PW_TEXT("No pack in force has rules for pathway "));
    if (pack) {
        explanation_add(&text, pack->name);
        explanation_add(&text, PW_TEXT(" are in force from "));
        explanation_add(&text, pack->effective_text);
        if (pack->effective_to != INT64_MAX)
            explanation_add(&text, PW_TEXT(" until a date given there"));
        explanation_add(&text, PW_TEXT("; this event is dated outside that time, so pathway "));
        finding.version = pack->version;
        finding.costs = pack->words + pack->rules[0].costs.first;
        finding.benefits = pack->words + pack->rules[0].benefits.first;
        finding.cost_count = pack->rules[0].costs.count;
        finding.benefit_count = pack->rules[0].benefits.count;
    }
    explanation_add(&text, (struct pw_text){instance->policy->pathway, strlen(instance->policy->pathway)});
    explanation_add(
        &text, pack ? PW_TEXT(" was not judged. Check the event's date, or configure a pack for it.")
                    : PW_TEXT(", so it was not judged. Bring one into force, or take the policy out of the "
                              "configuration."));
    finding.explanation = (struct pw_text){text.data, text.length};
    return instance->host->emit_finding(instance->host, &finding);
}

static int32_t judge_by(struct instance *instance, const struct pack *pack)
{
    struct weak weak = {0};
    int32_t status = PW_OK;
    instance->pack = pack;
    assessment_use(&instance->assessment, pack);
    struct span rules = pack->of_type[instance->assessment.scene.type];
    for (uint32_t i = 0; status == PW_OK && i < rules.count; i++)
        status = judge_rule(instance, &pack->rules[pack->by_type[rules.first + i]], &weak);
    return status == PW_OK && weak.found ? verify(instance, &weak) : status;
}

/* Every regime speaks for itself, side by side with the others (R29, R56). */
int32_t policy_handle(void *handle, const struct pw_message *message)
{
    struct instance *instance = handle;
    int32_t status = PW_OK;
    bool judged = false;
    if (!text_same(message->pathway, instance->policy->pathway))
        return explain(instance, PW_ERROR_UNSUPPORTED,
                       "asked about a pathway that this plugin does not judge");
    assessment_read(&instance->assessment, message);
    for (uint32_t i = 0; status == PW_OK && i < instance->pack_count; i++) {
        const struct pack *pack = instance->packs[i];
        if (message->as_of < pack->effective_from || message->as_of >= pack->effective_to)
            continue;
        judged |= !pack->shadow;
        status = judge_by(instance, pack);
    }
    bool any = instance->pack_count > 0 && !instance->packs[0]->shadow;
    if (status == PW_OK && !judged)
        status = say_unjudged(instance, any ? instance->packs[0] : NULL);
    if (status < 0)
        return explain(instance, status, "the host refused a finding");
    return PW_OK;
}
