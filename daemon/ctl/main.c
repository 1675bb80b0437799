/* SPDX-License-Identifier: Apache-2.0
 *
 * pathwayctl: feed, watch and ask pathwayd, and try its policies without it.
 */
#include "ctl/ctl.h"

int main(int count, char **arguments)
{
    return ctl_main(count, arguments);
}
