/* SPDX-License-Identifier: Apache-2.0
 *
 * Why this file exists: which addresses are private is a table, and a table can be read and tested as a whole.
 */
#include "http/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    uint8_t first[4];
    unsigned bits;
} special4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private, RFC 1918 */
    {{100, 64}, 10},      /* shared by a provider's customers, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local; where clouds keep their credentials */
    {{172, 16}, 12},      /* private, RFC 1918 */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays, which are no more */
    {{192, 168}, 16},     /* private, RFC 1918 */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},
    {{240}, 4}, /* multicast; reserved, and broadcast */
};

static const struct {
    uint8_t first[16];
    unsigned bits;
} special6[] = {
    {{0x20, 0x01}, 23},                   /* protocol assignments: Teredo, benchmarks, ORCHID */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
    {{0x3f, 0xff}, 20},                   /* documentation */
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, /* AS112, which answers what should never have left */
};

/* An IPv4 address inside an IPv6 one is judged as the IPv4 address. */
static const struct {
    uint8_t first[16];
    unsigned bits;
    size_t at; /* where it stands */
} holds4[] = {
    {{0}, 96, 12},                                              /* ::a.b.c.d, compatible; with :: and ::1 */
    {{[10] = 0xff, [11] = 0xff}, 96, 12},                       /* ::ffff:a.b.c.d, mapped */
    {{[8] = 0xff, [9] = 0xff}, 96, 12},                         /* ::ffff:0:a.b.c.d, translated */
    {{[0] = 0x00, [1] = 0x64, [2] = 0xff, [3] = 0x9b}, 96, 12}, /* 64:ff9b::a.b.c.d, NAT64 */
    {{0x20, 0x02}, 16, 2},                                      /* 2002:abcd::, 6to4 */
};

static const uint8_t global6[16] = {0x20}; /* 2000::/3, all that was ever given out */
#define GLOBAL6_BITS 3u

static bool within(const uint8_t *address, const uint8_t *first, unsigned bits)
{
    unsigned rest = bits % 8u;
    if (memcmp(address, first, bits / 8u) != 0)
        return false;
    return rest == 0 || (address[bits / 8u] ^ first[bits / 8u]) >> (8u - rest) == 0;
}

static bool public4(const uint8_t *address)
{
    for (size_t i = 0; i < COUNT(special4); i++)
        if (within(address, special4[i].first, special4[i].bits))
            return false;
    return true;
}

static bool public6(const uint8_t *address)
{
    for (size_t i = 0; i < COUNT(holds4); i++)
        if (within(address, holds4[i].first, holds4[i].bits))
            return public4(address + holds4[i].at);
    for (size_t i = 0; i < COUNT(special6); i++)
        if (within(address, special6[i].first, special6[i].bits))
            return false;
    return within(address, global6, GLOBAL6_BITS);
}

bool http_address_public(const struct sockaddr *address)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    switch (address->sa_family) {
    case AF_INET:
        memcpy(&in4, address, sizeof in4);
        return public4((const uint8_t *)&in4.sin_addr);
    case AF_INET6:
        memcpy(&in6, address, sizeof in6);
        return public6(in6.sin6_addr.s6_addr);
    default:
        return false;
    }
}
