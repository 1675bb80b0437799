/* SPDX-License-Identifier: Apache-2.0
 *
 * words.c: see words.h.
 */
#include "words.h"

#include <string.h>

struct word_class {
    const char *form;
    const char *exact; /* abbreviations, separated by blanks */
    const char *stems; /* what its words begin with, separated by blanks */
};

/* Stems cover the word's forms in the languages of the registry's names, as far as they share one. */
static const struct word_class classes[] = {
    {"univ", "univ uni unv", "universi uniwersy univerzi unversi univeri univesi"},
    {"inst", "ist inst", "instit institu istitu instyt insti"},
    {"acad", "ac acad", "academ akadem accadem"},
    {"scien", "sci scis", "scien scienz cienci ciencia wissenschaft"},
    {"tech", "tech techn tec", "technolo technic technisch techniq tecnol tecnic teknol teknisk"},
    {"polytech", "poly polytech politec", "polytechn polytek politecn politekn polytecn"},
    {"nation", "natl nat nac naz", "nation nacion nazion"},
    {"center", "ctr cent cntr", "center centre centro zentrum centrum centr"},
    {"labor", "lab labs", "laborat laborator"},
    {"research", "res rsch", "research recherch forschung investigac ricerc pesquis"},
    {"engin", "eng engn engng engg engr", "engine enginee ingenier ingegner engenhar ingenieur"},
    {"medic", "med", "medic medizin medecin"},
    {"hospit", "hosp hosps", "hospit hopit ospedal"},
    {"agric", "agr agric agri", "agricult agrari agrarn"},
    {"depart", "dept dep dpt", "departm departam departem dipartim"},
    {"school", "sch", "school"},
    {"college", "coll col", "college colleg"},
    {"facul", "fac", "facult facolt fakult"},
    {"internat", "int intl", "internat internac internaz"},
    {"develop", "dev devel", "develop"},
    {"manag", "mgmt mgt manag", "manage"},
    {"comput", "comp comput", "comput"},
    {"electron", "electron elect", "electronic elektron elettron"},
    {"electric", "elec electr", "electric elektri elettric"},
    {"inform", "info inform", "informat"},
    {"physic", "phys", "physic physik physiq fisic"},
    {"chem", "chem", "chemi chimi quimic"},
    {"math", "math maths", "mathem matem"},
    {"biol", "biol bio", "biolog"},
    {"geol", "geol", "geolog"},
    {"environ", "environ env", "environm"},
    {"mechan", "mech", "mechan mecan"},
    {"material", "mat mater", "material"},
    {"aeronaut", "aeronaut", "aeronautic"},
    {"astronaut", "astronaut", "astronautic"},
    {"telecom", "telecom telecomm", "telecommun"},
    {"commun", "commun comm", "communic"},
    {"econom", "econ", "econom"},
    {"business", "bus", "busines"},
    {"financ", "fin", "financ"},
    {"educ", "educ edu", "educat educac"},
    {"admin", "admin adm", "administ"},
    {"archit", "archit arch", "architect"},
    {"industr", "ind indust", "industr"},
    {"petrol", "petr petrol", "petrole"},
    {"tradition", "trad tradit", "tradition"},
    {"govern", "govt gov", "government gouvernement gobierno governo regierung"},
    {"minist", "min minist", "minister ministr"},
    {"polit", "polit", "politic"},
    {"foreign", "foreign", "foreign"},
    {"federal", "fed", "federal federat"},
    {"state", "state states", ""},
    {"region", "reg", "region"},
    {"key", "key", ""},
    {"branch", "branch", ""},
    {"found", "found fdn", "foundat fundac fondaz fondat stiftung"},
    {"assoc", "assoc", "associat asociac"},
    {"organiz", "org", "organiz organis"},
    {"saint", "st ste", "saint sankt"},
    {"mount", "mt", "mount"},
};

static const char joiners[] = " the of for and in at de la le les des du d l del della delle dei di do da "
                              "dos das el los las y e et und der "
                              "die das den fur von zu zum zur im on to with s van het een och og i ";
static const char legal_forms[] =
    " ltd limited co company inc incorporated corp corporation llc llp gmbh ag plc bv nv sa srl spa pte pty "
    "kg oy ab "
    "as sas sarl jsc ojsc pjsc cjsc zao ooo oao pao ao kk sdn bhd lp fze fzc fzco est pvt private cv ";
static const char affiliates[] =
    " hospit school college facul depart center labor inst clinic campus branch ";
static const char continuations[] = " of for de di da des du del della fur von ";

/* Whether `word` stands among the blank-separated words. */
static bool among(const char *list, struct pw_text word)
{
    char asked[32];
    if (word.length == 0 || word.length > sizeof asked - 3)
        return false;
    asked[0] = ' ';
    memcpy(asked + 1, word.data, word.length);
    asked[word.length + 1] = ' ';
    asked[word.length + 2] = '\0';
    return strstr(list, asked) != NULL;
}

static bool is_exact(const char *list, struct pw_text word)
{
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, " ");
        if (length == word.length && memcmp(at, word.data, length) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

static bool has_stem(const char *stems, struct pw_text word)
{
    for (const char *at = stems; *at;) {
        size_t length = strcspn(at, " ");
        if (length <= word.length && memcmp(at, word.data, length) == 0)
            return true;
        at += length + (at[length] == ' ');
    }
    return false;
}

/* Classes begin with few letters; asking only those of the token's own keeps this off the profile. */
static const struct word_class *class_of(struct pw_text token)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (is_exact(classes[i].exact, token) || has_stem(classes[i].stems, token))
            return &classes[i];
    return NULL;
}

/* English plurals: "sciences", "universities" has its class already. */
static struct pw_text without_plural(struct pw_text token)
{
    if (token.length > 4 && token.data[token.length - 1] == 's' &&
        !strchr("sui", token.data[token.length - 2]))
        token.length--;
    return token;
}

struct word word_of(struct pw_text token)
{
    if (among(joiners, token))
        return (struct word){WORD_JOINER, token};
    if (among(legal_forms, token))
        return (struct word){WORD_LEGAL, token};
    const struct word_class *class = token.length >= 2 ? class_of(token) : NULL;
    if (class)
        return (struct word){WORD_CLASS, {class->form, strlen(class->form)}};
    return (struct word){WORD_PLAIN, without_plural(token)};
}

/* Only such as stand in no word that is not made with them. */
size_t word_inside(struct pw_text form)
{
    static const char *const stems[] = {"universi", "institut", "polytechn"};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        const char *found = memmem(form.data, form.length, stems[i], strlen(stems[i]));
        if (found)
            return (size_t)(found - form.data);
    }
    return 0;
}

struct word word_recall(struct word_memo *memo, struct pw_text token)
{
    uint32_t hash = 2166136261u;
    if (token.length == 0 || token.length > WORD_MEMO_BYTES)
        return word_of(token);
    for (size_t i = 0; i < token.length; i++)
        hash = (hash ^ (unsigned char)token.data[i]) * 16777619u;
    uint32_t slot = (hash ^ (hash >> 16)) % WORD_MEMO_SLOTS;
    if (memo->slots[slot].length != token.length ||
        memcmp(memo->slots[slot].token, token.data, token.length) != 0) {
        struct word word = word_of(token);
        memo->slots[slot].length = (uint8_t)token.length;
        memo->slots[slot].kind = (uint8_t)word.kind;
        memo->slots[slot].form = word.kind == WORD_CLASS ? word.form.data : NULL;
        memcpy(memo->slots[slot].token, token.data, token.length);
        return word;
    }
    const char *form = memo->slots[slot].form;
    if (form)
        return (struct word){WORD_CLASS, {form, strlen(form)}};
    enum word_kind kind = (enum word_kind)memo->slots[slot].kind;
    return (struct word){kind, kind == WORD_PLAIN ? without_plural(token) : token};
}

bool word_is_affiliate(struct pw_text form)
{
    return among(affiliates, form);
}

unsigned word_head(struct pw_text form)
{
    if (among(" univ acad polytech college ", form))
        return HEAD_UNIQUE;
    if (among(" govern ", form))
        return HEAD_STATE;
    return among(" inst center labor hospit school ", form) ? HEAD_COMMON : 0;
}

bool word_goes_on(struct pw_text token)
{
    return among(continuations, token);
}
