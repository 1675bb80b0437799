/* SPDX-License-Identifier: Apache-2.0
 *
 * address.h: whether an address is one of the public Internet. A web address in a configuration must not become a way
 * to the services that only this machine or its network can reach.
 */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* IPv4 (RFC 6890 and what IANA keeps beside it), IPv6 in 2000::/3 less what is special there, and the IPv4 address
 * inside an IPv6 one (mapped, compatible, translated, NAT64, 6to4). Of any other family: false. */
bool http_address_public(const struct sockaddr *address);

#endif
