/* Messages and attributes in memory. */
#ifndef ATTRS_H
#define ATTRS_H

#include "common.h"

#define FOR_MESSAGES(h, data, len)                                                              \
	for (const struct nlmsghdr *h = (const void *)(data), *end_ = (const void *)((data) + (len)); \
	     (const char *)h + sizeof(*h) <= (const char *)end_ && h->nlmsg_len >= sizeof(*h) &&       \
	     (const char *)h + h->nlmsg_len <= (const char *)end_;                                     \
	     h = (const void *)((const char *)h + NLMSG_ALIGN(h->nlmsg_len)))

#define FOR_ATTRS(a, at, len)                                                                    \
	for (const struct rtattr *a = (const void *)(at), *stop_ = (const void *)((const char *)(at) + (len)); \
	     (const char *)a + sizeof(*a) <= (const char *)stop_ && a->rta_len >= sizeof(*a) &&        \
	     (const char *)a + a->rta_len <= (const char *)stop_;                                      \
	     a = (const void *)((const char *)a + RTA_ALIGN(a->rta_len)))

#define BODY(type, h) ((const type *)((const char *)(h) + NLMSG_HDRLEN))
#define ATTRS(type, h) ((const char *)(h) + NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(type)))
#define ATTRS_LEN(type, h) ((h)->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(sizeof(type)))
#define DATA(a) ((const char *)(a) + sizeof(struct rtattr))
#define DATA_LEN(a) ((a)->rta_len - sizeof(struct rtattr))

static inline const struct rtattr *find(const char *at, size_t len, unsigned type)
{
	FOR_ATTRS(a, at, len)
		if (a->rta_type == type)
			return a;
	return NULL;
}

static inline uint32_t word(const char *at, size_t len, unsigned type)
{
	const struct rtattr *a = find(at, len, type);
	return a && DATA_LEN(a) == 4 ? u32(DATA(a)) : 0;
}

#endif
