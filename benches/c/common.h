/* What the C programs that talk to the kernel have in common: a socket, a clock, and the line that they print. */
#ifndef COMMON_H
#define COMMON_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct sum { uint64_t messages, checksum; };

/* What all passes took. */
struct usage { double best, user, system; struct rusage before; struct timespec start; };

static inline void fail(const char *what)
{
	perror(what);
	exit(2);
}

static inline uint16_t u16(const void *at) { uint16_t n; memcpy(&n, at, 2); return n; }
static inline uint32_t u32(const void *at) { uint32_t n; memcpy(&n, at, 4); return n; }
static inline uint64_t u64(const void *at) { uint64_t n; memcpy(&n, at, 8); return n; }

/* Destination, gateway and device of a route, and its prefix length: one pass over the attributes. */
static inline uint64_t route3(const struct nlmsghdr *h)
{
	const struct rtmsg *rtm = (const void *)((const char *)h + NLMSG_HDRLEN);
	uint32_t dst = 0, gateway = 0, oif = 0;
	int len = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*rtm)));
	for (const struct rtattr *a = (const void *)((const char *)rtm + NLMSG_ALIGN(sizeof(*rtm)));
	     len >= (int)sizeof(*a) && a->rta_len >= sizeof(*a) && (int)a->rta_len <= len;
	     len -= (int)RTA_ALIGN(a->rta_len), a = (const void *)((const char *)a + RTA_ALIGN(a->rta_len)))
		switch (a->rta_type) {
		case RTA_DST: if (a->rta_len == 8) dst = u32(a + 1); break;
		case RTA_GATEWAY: if (a->rta_len == 8) gateway = u32(a + 1); break;
		case RTA_OIF: if (a->rta_len == 8) oif = u32(a + 1); break;
		}
	return (uint64_t)__builtin_bswap32(dst) + rtm->rtm_dst_len + __builtin_bswap32(gateway) + oif;
}

static inline int netlink_socket(int strict)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), one = 1;
	if (fd < 0 || bind(fd, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		fail("socket");
	if (setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) < 0)
		fail("NETLINK_CAP_ACK");
	if (strict && setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one)) < 0)
		fail("NETLINK_GET_STRICT_CHK");
	return fd;
}

static inline char *read_file(const char *name, size_t *len)
{
	FILE *f = fopen(name, "rb");
	if (!f)
		fail(name);
	fseek(f, 0, SEEK_END);
	*len = (size_t)ftell(f);
	rewind(f);
	char *data = malloc(*len);
	if (!data || fread(data, 1, *len, f) != *len)
		fail(name);
	fclose(f);
	return data;
}

static inline double milliseconds(struct timeval t) { return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3; }

static inline void pass_begins(struct usage *u)
{
	getrusage(RUSAGE_SELF, &u->before);
	clock_gettime(CLOCK_MONOTONIC, &u->start);
}

static inline void pass_ends(struct usage *u)
{
	struct timespec end;
	struct rusage after;
	clock_gettime(CLOCK_MONOTONIC, &end);
	getrusage(RUSAGE_SELF, &after);
	double took = (double)(end.tv_sec - u->start.tv_sec) * 1e9 + (double)(end.tv_nsec - u->start.tv_nsec);
	if (u->best == 0 || took < u->best)
		u->best = took;
	u->user += milliseconds(after.ru_utime) - milliseconds(u->before.ru_utime);
	u->system += milliseconds(after.ru_stime) - milliseconds(u->before.ru_stime);
}

/* The line; allocations are not counted in C: there are none. */
static inline void print_line(struct sum sum, const struct usage *u)
{
	struct rusage end;
	getrusage(RUSAGE_SELF, &end);
	printf("%llu %llu %.2f 0 %.1f %.1f %ld\n", (unsigned long long)sum.messages,
	       (unsigned long long)sum.checksum, sum.messages ? u->best / (double)sum.messages : 0, u->user,
	       u->system, end.ru_maxrss);
}

#endif
