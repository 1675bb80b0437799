/* SPDX-License-Identifier: Apache-2.0
 *
 * act.h: what can be done about a case, as commands that are ready to be edited and run.
 *
 * A letter is read where pathwayctl may be at hand but no manual is. Placeholders are such that a command run
 * as it stands says what is wrong, or says nothing but "…" in its writer's name.
 */
#ifndef EMAIL_ACT_H
#define EMAIL_ACT_H

#include "desk.h"

/* The commands that decide a case that is open. `name`: of the case; `revision`: that was read, 0: any. */
void act_say_deciding(struct desk *desk, struct pw_text name, uint32_t revision);

/* "pathwayctl answer NAME q1=ANSWER …": `questions` has bit n for Qn; none of them: some field. */
void act_say_answer(struct desk *desk, const char *why, struct pw_text name, uint32_t questions);

/* Bit n when the text begins with "Qn:", n from 1 to 3; else 0. */
uint32_t act_question(struct pw_text text);

#endif
